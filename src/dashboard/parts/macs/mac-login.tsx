import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useIntegrationsChanged } from "../../queries/integrations.ts";
import { type Mac, useChangeMac, useDisconnectMac } from "../../queries/macs.ts";
import { Confirm } from "../confirm.tsx";
import { TextField } from "../field.tsx";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";

/** A Mac's name, address and password, and the way out. */
export function MacLogin({ mac }: { mac: Mac }) {
  const { mutate, error, isPending } = useChangeMac(mac.integration_id);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get("password"));
    const url = String(form.get("url")).trim();
    const change = {
      name: String(form.get("name")).trim(),
      ...(url === mac.url ? {} : { url }),
      ...(password === "" ? {} : { password }),
    };
    mutate(change, { onSuccess: () => notify("Saved, and in force.") });
  }
  return (
    <section className="card">
      <h2>Address and password</h2>
      <form className="form" onSubmit={submit} autoComplete="off">
        <TextField label="Name" name="name" required maxLength={128} defaultValue={mac.name} />
        <TextField
          label="Server address"
          name="url"
          type="url"
          required
          className="mono"
          readOnly={mac.sandbox}
          key={mac.url}
          defaultValue={mac.url}
        />
        <TextField
          label="Server password"
          name="password"
          type="password"
          autoComplete="off"
          spellCheck={false}
          hint="Empty: it stays. A new address or password is tried before it is kept."
        />
        <Problem error={error} />
        <button type="submit" disabled={isPending}>
          {isPending ? "Asking the Mac …" : "Save"}
        </button>
      </form>
    </section>
  );
}

/** Disconnects a Mac, with what follows said first. */
export function DisconnectMac({ mac }: { mac: Mac }) {
  const [isAsked, setAsked] = useState(false);
  const { mutate, error, isPending } = useDisconnectMac(mac.integration_id);
  const navigate = useNavigate();
  const notify = useNotice();
  const changed = useIntegrationsChanged();
  async function leave(taken: boolean) {
    notify(
      taken
        ? "The Mac is disconnected."
        : "The Mac is disconnected. It did not answer, so its webhook still stands there: delete it in BlueBubbles Server.",
    );
    await navigate({ to: "/integrations" });
    await changed();
  }
  return (
    <section className="card">
      <h2>Disconnect</h2>
      <p>Removes its lines, takes the gateway's webhook down at the Mac, and forgets the password.</p>
      <button type="button" className="danger" onClick={() => setAsked(true)}>
        Disconnect
      </button>
      {isAsked && (
        <Confirm
          title={`Disconnect ${mac.name}?`}
          action="Disconnect"
          name={mac.name}
          isBusy={isPending}
          error={error}
          onConfirm={() => mutate(undefined, { onSuccess: ({ webhook_removed: taken }) => leave(taken) })}
          onClose={() => setAsked(false)}
        >
          <ul>
            <li>Its lines leave their API keys, which then cannot send from them.</li>
            <li>Messages that still wait to leave from them fail, and say so.</li>
            <li>What people write to them does not arrive here any more. On the Mac nothing changes.</li>
          </ul>
        </Confirm>
      )}
    </section>
  );
}
