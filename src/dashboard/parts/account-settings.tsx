import { type FormEvent, useState } from "react";
import { type Integration, useChangeIntegration } from "../queries/integrations.ts";
import { Dialog } from "./dialog.tsx";
import { Select, Switch } from "./field.tsx";
import { useNotice } from "./notices.tsx";
import { Problem } from "./problem.tsx";
import { type Authentication, readCredentials, TwilioCredentials } from "./twilio-credentials.tsx";

const directions = [
  { value: "both", label: "Incoming and outgoing" },
  { value: "inbound", label: "Incoming only" },
  { value: "outbound", label: "Outgoing only" },
];
const events = [
  { value: "both", label: "Messages and their statuses" },
  { value: "messages", label: "Messages only" },
  { value: "statuses", label: "Statuses only" },
];
const channels = [
  { name: "sms", label: "SMS and MMS" },
  { name: "whatsapp", label: "WhatsApp" },
  { name: "voice", label: "Incoming calls", hint: "Answered or forwarded, and told as events." },
] as const;

/** What of an account is synced, in force when it is turned, and its credentials. */
export function AccountSettings({ account }: { account: Integration }) {
  const { mutate, error, isPending } = useChangeIntegration(account.integration_id);
  const [isReplacing, setReplacing] = useState(false);
  const { sync } = account;
  function turn(name: (typeof channels)[number]["name"], on: boolean) {
    const others = sync.channels.filter((channel) => channel !== name);
    mutate({ sync: { channels: on ? [...others, name] : others } });
  }
  return (
    <section className="card">
      <h2>Settings</h2>
      <Problem error={error} />
      <Select
        label="Direction"
        value={sync.direction}
        options={directions}
        disabled={isPending}
        onChange={(direction) => mutate({ sync: { direction: direction as typeof sync.direction } })}
      />
      <Select
        label="Events"
        value={sync.events}
        options={events}
        disabled={isPending}
        onChange={(chosen) => mutate({ sync: { events: chosen as typeof sync.events } })}
      />
      <fieldset>
        <legend>What goes through this account</legend>
        {channels.map((channel) => (
          <Switch
            key={channel.name}
            label={channel.label}
            hint={"hint" in channel ? channel.hint : undefined}
            checked={sync.channels.includes(channel.name)}
            disabled={isPending}
            onChange={(on) => turn(channel.name, on)}
          />
        ))}
        <Switch
          label="Pictures and files"
          checked={sync.media}
          disabled={isPending}
          onChange={(media) => mutate({ sync: { media } })}
        />
      </fieldset>
      <button type="button" className="second" onClick={() => setReplacing(true)}>
        Replace the credentials
      </button>
      {isReplacing && <ReplaceCredentials account={account} onClose={() => setReplacing(false)} />}
    </section>
  );
}

function ReplaceCredentials({ account, onClose }: { account: Integration; onClose: () => void }) {
  const [kind, setKind] = useState<Authentication>(account.authentication);
  const { mutate, error, isPending } = useChangeIntegration(account.integration_id);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutate(readCredentials(new FormData(event.currentTarget)), {
      onSuccess: () => {
        notify("The new credentials work and are in force.");
        onClose();
      },
    });
  }
  return (
    <Dialog title="Replace the credentials" onClose={onClose}>
      <p>
        They are tried at Twilio first. A replaced auth token goes on verifying what arrives for 24 hours, so nothing is
        lost meanwhile.
      </p>
      <form onSubmit={submit} autoComplete="off">
        <TwilioCredentials kind={kind} onKind={setKind} />
        <Problem error={error} />
        <div className="row end">
          <button type="button" className="second" onClick={onClose}>
            Leave it as it is
          </button>
          <button type="submit" disabled={isPending}>
            {isPending ? "Trying them …" : "Replace"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
