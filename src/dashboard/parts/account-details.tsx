import type { FormEvent } from "react";
import { type Integration, useChangeIntegration } from "../queries/integrations.ts";
import { TextField } from "./field.tsx";
import { useNotice } from "./notices.tsx";
import { Problem } from "./problem.tsx";

/** What an account is called here, and how its messages and calls are handled at Twilio. */
export function AccountDetails({ account }: { account: Integration }) {
  const { mutate, error, isPending } = useChangeIntegration(account.integration_id);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const typed = (name: string) => String(form.get(name)).trim();
    const change = {
      name: typed("name"),
      messaging_service_sid: typed("service") || null,
      voice_forward: typed("forward") || null,
      region: typed("region") || null,
      edge: typed("edge") || null,
    };
    mutate(change, { onSuccess: () => notify("Saved, and in force.") });
  }
  return (
    <section className="card">
      <h2>Details</h2>
      <form className="form" onSubmit={submit}>
        <TextField label="Name" name="name" required maxLength={128} defaultValue={account.name} />
        <TextField
          label="Messaging Service SID"
          name="service"
          className="mono"
          pattern="\s*MG[0-9a-fA-F]{32}\s*"
          title="MG and 32 hexadecimal digits"
          defaultValue={account.messaging_service_sid ?? ""}
          hint="The service of your 10DLC registration, where US messages must leave by one. Empty: none."
        />
        <TextField
          label="Forward incoming calls to"
          name="forward"
          type="tel"
          className="mono"
          placeholder="+15551234567"
          defaultValue={account.voice_forward ?? ""}
          hint="Empty: calls are answered and ended. It matters where incoming calls are switched on above."
        />
        <TextField
          label="Region"
          name="region"
          className="mono"
          placeholder="ie1"
          defaultValue={account.region ?? ""}
          hint="Twilio's region, where the account's data stays in one. Empty: the United States."
        />
        <TextField
          label="Edge"
          name="edge"
          className="mono"
          placeholder="dublin"
          defaultValue={account.edge ?? ""}
          hint="Twilio's edge nearest to you. Empty: chosen by Twilio."
        />
        <Problem error={error} />
        <button type="submit" disabled={isPending}>
          {isPending ? "Saving …" : "Save the details"}
        </button>
      </form>
    </section>
  );
}
