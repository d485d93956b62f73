import { type FormEvent, useState } from "react";
import { useKeys } from "../../queries/keys.ts";
import { type Mac, useRegisterLine } from "../../queries/macs.ts";
import { type ManagedNumber, useNumbers } from "../../queries/numbers.ts";
import { Select, TextField } from "../field.tsx";
import { useNotice } from "../notices.tsx";
import { NumberSettings } from "../number-settings.tsx";
import { PhoneNumber } from "../phone-number.tsx";
import { Problem } from "../problem.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { Table } from "../table.tsx";
import { TimeAgo } from "../time-ago.tsx";

/** The lines of a Mac with their caps and when each was last heard, and the registration of another one. */
export function MacLines({ mac }: { mac: Mac }) {
  const { data, error } = useNumbers();
  const keys = useKeys().data?.api_keys ?? [];
  const [opened, open] = useState<ManagedNumber | null>(null);
  const lines = data?.numbers.filter(({ integration_id: id }) => id === mac.integration_id) ?? [];
  const keyOf = (line: ManagedNumber) => keys.find(({ api_key_id: id }) => id === line.api_key_id)?.name;
  return (
    <section className="card">
      <h2>Lines</h2>
      <p className="quiet">
        One Apple ID starts conversations from one address; its other addresses answer where they were written to.
      </p>
      <Problem error={error} />
      {lines.length > 0 && (
        <Table
          caption={lines.length === 1 ? "1 line" : `${lines.length} lines`}
          columns={[
            {
              head: "Line",
              cell: (line) => (
                <>
                  <PhoneNumber address={line.phone_number} copies />{" "}
                  <span className="small quiet">{line.type === "inbound" ? "answers only" : line.type}</span>
                </>
              ),
            },
            { head: "Health", cell: ({ health }) => <Health status={health?.status ?? "unknown"} /> },
            { head: "API key", cell: (line) => <bdi>{keyOf(line) ?? "nobody"}</bdi> },
            { head: "Caps", kind: "wide", cell: (line) => <span className="small">{capWords(line)}</span> },
            {
              head: "Last heard",
              cell: ({ last_active: at }) => (at == null ? "never" : <TimeAgo at={at} />),
            },
            {
              head: "More",
              kind: "action",
              cell: (line) => (
                <button type="button" className="second" onClick={() => open(line)}>
                  Change<span className="hidden-words"> {line.phone_number}</span>
                </button>
              ),
            },
          ]}
          rows={lines}
          keyOf={(line) => line.phone_number}
        />
      )}
      {opened !== null && <NumberSettings number={opened} onClose={() => open(null)} />}
      <RegisterLine mac={mac} known={lines.map((line) => line.phone_number)} keys={keys} />
    </section>
  );
}

function Health({ status }: { status: string }) {
  return status === "unknown" ? <span className="badge">no word yet</span> : <StatusBadge status={status} />;
}

/** Returns a line's caps in words. */
function capWords({ caps }: ManagedNumber): string {
  if (caps == null) return "none";
  const words = [
    [caps.per_second, "a second"],
    [caps.new_contacts_per_hour, "new people an hour"],
    [caps.new_contacts_per_day, "a day"],
    [caps.unanswered, "unanswered to one person"],
  ] as const;
  return words.map(([cap, what]) => `${cap ?? "any number"} ${what}`).join(", ");
}

type Key = { api_key_id: string; name: string; mode: string; status: string; protocol: string | null };

function RegisterLine({ mac, known, keys }: { mac: Mac; known: string[]; keys: readonly Key[] }) {
  const { mutate, error, isPending } = useRegisterLine();
  const notify = useNotice();
  const free = mac.aliases.filter((alias) => !known.includes(alias));
  const holders = keys.filter(
    ({ status, mode, protocol }) => status !== "revoked" && (mode === "test") === mac.sandbox && protocol !== "twilio",
  );
  if (mac.aliases.length > 0 && free.length === 0) return null;
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const key = String(form.get("key"));
    const phone_number = String(form.get("address")).trim();
    mutate(
      {
        phone_number,
        protocol: "blooio",
        integration_id: mac.integration_id,
        ...(key === "" ? {} : { api_key_id: key }),
      },
      { onSuccess: ({ phone_number: line }) => notify(`${line} is a line now.`) },
    );
  }
  return (
    <form className="form" onSubmit={submit}>
      <h3>Register a line</h3>
      {free.length === 0 ? (
        <TextField
          label="Address"
          name="address"
          required
          hint="A phone number or an e-mail address of its Apple ID; without its helper the Mac does not say which it has."
        />
      ) : (
        <Select
          label="Address"
          name="address"
          options={free.map((value) => ({
            value,
            label: value === mac.active_alias ? `${value}, starts conversations` : `${value}, answers only`,
          }))}
        />
      )}
      <Select
        label="API key"
        name="key"
        hint={`Keys that hold no Twilio number${mac.sandbox ? ", test keys alone" : ""}. It can be given to one later too.`}
        options={[
          { value: "", label: "Nobody yet" },
          ...holders.map(({ api_key_id: value, name, mode }) => ({ value, label: `${name} (${mode})` })),
        ]}
      />
      <Problem error={error} />
      <button type="submit" disabled={isPending}>
        {isPending ? "Asking the Mac …" : "Register"}
      </button>
    </form>
  );
}
