import { useState } from "react";
import type { Answer } from "../api.ts";
import { type ManagedNumber, useChangeNumber } from "../queries/numbers.ts";
import { Confirm } from "./confirm.tsx";
import { Toggle } from "./field.tsx";
import { NumberSettings } from "./number-settings.tsx";
import { PhoneNumber } from "./phone-number.tsx";
import { Problem } from "./problem.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { type Column, Table } from "./table.tsx";
import { TimeAgo } from "./time-ago.tsx";

type Holder = Pick<Answer<"listApiKeys">["api_keys"][number], "api_key_id" | "name" | "mode">;
type Account = { integration_id: string; name: string; sandbox: boolean };

type Props = {
  caption: string;
  numbers: readonly ManagedNumber[];
  holders: readonly Holder[];
  accounts: readonly Account[];
};
type Move = { number: ManagedNumber; to: string | null };

/** Numbers with their health, the key that each is assigned to, and their switches. */
export function NumberTable({ caption, numbers, holders, accounts }: Props) {
  const { mutate, error, isPending, variables } = useChangeNumber();
  const [opened, open] = useState<ManagedNumber | null>(null);
  const [move, ask] = useState<Move | null>(null);
  const isBusy = (number: ManagedNumber) => isPending && variables.number === number.phone_number;
  const nameOf = (id: string | null) => holders.find((key) => key.api_key_id === id)?.name ?? "another key";
  function assign(number: ManagedNumber, to: string | null) {
    // Only what takes a number away from a key that sends is worth a question.
    if (number.api_key_id === null) mutate({ number: number.phone_number, change: { api_key_id: to } });
    else ask({ number, to });
  }
  const columns: [Column<ManagedNumber>, ...Column<ManagedNumber>[]] = [
    { head: "Number", cell: (number) => <PhoneNumber address={number.phone_number} copies /> },
    { head: "Health", cell: (number) => <Health number={number} /> },
    {
      head: "Assigned To",
      cell: (number) => (
        <AssignedTo
          number={number}
          holder={isBusy(number) ? (variables?.change.api_key_id ?? number.api_key_id) : number.api_key_id}
          holders={holdersFor(number, holders, accounts)}
          isBusy={isBusy(number)}
          onAssign={(to) => assign(number, to)}
        />
      ),
    },
    {
      head: "Active",
      cell: (number) => (
        <Toggle
          aria-label={`Active: ${number.phone_number}`}
          checked={number.is_active}
          disabled={isBusy(number)}
          onChange={(on) => mutate({ number: number.phone_number, change: { is_active: on } })}
        />
      ),
    },
    {
      head: "Pace",
      kind: "aside",
      cell: ({ messages_per_second: pace }) => (pace === null ? "unlimited" : `${pace} a second`),
    },
    { head: "Account", kind: "aside", cell: (number) => <AccountName number={number} accounts={accounts} /> },
    {
      head: "More",
      kind: "action",
      cell: (number) => (
        <button type="button" className="second" onClick={() => open(number)}>
          Change<span className="hidden-words"> {number.phone_number}</span>
        </button>
      ),
    },
  ];
  return (
    <>
      <Problem error={error} />
      <Table caption={caption} columns={columns} rows={numbers} keyOf={(number) => number.phone_number} />
      {opened !== null && <NumberSettings number={opened} onClose={() => open(null)} />}
      {move !== null && (
        <Confirm
          title={move.to === null ? "Take the number away from its key?" : "Move the number to another key?"}
          action={move.to === null ? "Take it away" : "Move it"}
          isBusy={isPending}
          error={error}
          onConfirm={() =>
            mutate(
              { number: move.number.phone_number, change: { api_key_id: move.to } },
              { onSuccess: () => ask(null) },
            )
          }
          onClose={() => ask(null)}
        >
          <p>
            <PhoneNumber address={move.number.phone_number} /> is assigned to{" "}
            <strong>
              <bdi>{nameOf(move.number.api_key_id)}</bdi>
            </strong>
            .
          </p>
          <ul>
            <li>That key cannot send from it any more; people who are used to it hear from another of its numbers.</li>
            <li>What still waits to leave from it fails, and says so.</li>
            <li>
              {move.to === null
                ? "What people write to it belongs to no key until it is assigned again."
                : "What people write to it from now on goes to the other key."}
            </li>
          </ul>
        </Confirm>
      )}
    </>
  );
}

/** A test key holds sandbox numbers alone, a live key none of them. */
function holdersFor(number: ManagedNumber, holders: readonly Holder[], accounts: readonly Account[]) {
  const sandbox = accounts.find(({ integration_id: id }) => id === number.integration_id)?.sandbox === true;
  return holders.filter((key) => key.api_key_id === number.api_key_id || (key.mode === "test") === sandbox);
}

type AssignedToProps = {
  number: ManagedNumber;
  /** The key that is shown: the one that was asked for, while that is under way. */
  holder: string | null;
  holders: readonly Holder[];
  isBusy: boolean;
  onAssign: (to: string | null) => void;
};

function AssignedTo({ number, holder, holders, isBusy, onAssign }: AssignedToProps) {
  return (
    <select
      aria-label={`Assigned To: ${number.phone_number}`}
      value={holder ?? ""}
      disabled={isBusy}
      onChange={({ target }) => onAssign(target.value === "" ? null : target.value)}
    >
      <option value="">Nobody</option>
      {holders.map(({ api_key_id, name, mode }) => (
        <option key={api_key_id} value={api_key_id}>
          {name} ({mode})
        </option>
      ))}
    </select>
  );
}

function AccountName({ number, accounts }: { number: ManagedNumber; accounts: readonly Account[] }) {
  const account = accounts.find(({ integration_id: id }) => id === number.integration_id);
  return (
    <span className="small">
      <bdi>{account?.name ?? "none"}</bdi> · {number.channel}
    </span>
  );
}

function Health({ number: { health } }: { number: ManagedNumber }) {
  const faults = health?.faults_7d?.number ?? 0;
  return (
    <>
      {health === null || health.status === "unknown" ? (
        <span className="badge">no word yet</span>
      ) : (
        <StatusBadge status={health.status} />
      )}
      {health?.reason && (
        <span className="small">
          {" "}
          {health.reason}
          {health.since != null && (
            <>
              , <TimeAgo at={health.since} />
            </>
          )}
        </span>
      )}
      {faults > 0 && <span className="small quiet"> {faults} failed by its own fault in 7 days</span>}
    </>
  );
}
