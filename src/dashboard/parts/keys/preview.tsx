import { type FormEvent, useState } from "react";
import type { Answer } from "../../api.ts";
import { usePreview } from "../../queries/pool.ts";
import { Select, TextField } from "../field.tsx";
import { Pager } from "../pager.tsx";
import { PhoneNumber, readAddress } from "../phone-number.tsx";
import { Problem } from "../problem.tsx";
import { type Column, Table } from "../table.tsx";
import type { PoolNumber } from "./shares.ts";
import { countOf } from "./words.ts";

type Told = Answer<"previewPool">;
type Candidate = Told["considered"][number];
const rowsAtOnce = 20;

/** What a send would choose now, and why; refusals included. Nothing is sent. */
export function Preview({ apiKeyId, numbers }: { apiKeyId: string; numbers: readonly PoolNumber[] }) {
  const { mutate, data, error, isPending } = usePreview(apiKeyId);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = (name: string) => String(form.get(name) ?? "").trim();
    const picture = given("picture");
    mutate({
      to: given("to"),
      ...(given("text") && { text: given("text") }),
      ...(picture && { attachments: [picture] }),
      ...(given("from") && { from_number: given("from") }),
    });
  }
  return (
    <section className="card" aria-labelledby="preview-head">
      <h2 id="preview-head">What would a send choose, and why?</h2>
      <p className="quiet">The same checks in the same order as a send. Nothing is sent, nothing is changed.</p>
      <form onSubmit={submit}>
        <div className="form-grid">
          <TextField label="To" name="to" type="tel" required placeholder="+15551234567" autoComplete="off" />
          <Select label="From" name="from" options={sendersOf(numbers)} />
          <TextField label="Text" name="text" dir="auto" placeholder="Left out: only the sender is asked for" />
          <TextField
            label="Picture"
            name="picture"
            type="url"
            placeholder="https://example.com/picture.jpg"
            hint="A public address. A text with a picture is an MMS: not every number can send one."
          />
        </div>
        <button type="submit" className="second" disabled={isPending}>
          {isPending ? "Asking …" : "Ask the pool"}
        </button>
      </form>
      <Problem error={error} />
      {data !== undefined && error === null && <Verdict told={data} />}
    </section>
  );
}

function sendersOf(numbers: readonly PoolNumber[]) {
  return [
    { value: "", label: "Whichever the pool chooses" },
    ...numbers.map(({ phone_number: value }) => ({ value, label: readAddress(value).words })),
  ];
}

const reasons: Record<NonNullable<Told["reason"]>, string> = {
  requested: "it was asked for",
  sticky: "this person stays with it",
  replied_to: "this person wrote to it",
  first: "it is the first in the order that can send",
  round_robin: "it is its turn",
  weighted: "it is its turn by weight",
  geographic: "it is the nearest",
  least_busy: "it has the shortest queue",
};

function Verdict({ told }: { told: Told }) {
  const [shown, setShown] = useState(rowsAtOnce);
  const ordered = [...told.considered].sort((one, other) => rankOf(told, one) - rankOf(told, other));
  return (
    <div role="status" className="foretold">
      {told.would_send ? (
        <p className="note good">
          Would leave from <Sender address={told.from_number} />
          {told.reason !== null && ` because ${reasons[told.reason]}`}.{partWords(told)}
        </p>
      ) : (
        <div className="note warn">
          <p dir="auto">Would be refused: {told.message}</p>
          {told.code !== undefined && (
            <p className="small">
              <a href={`/errors#${told.code}`}>{told.code}</a>
            </p>
          )}
        </div>
      )}
      {told.note != null && <p>{told.note}</p>}
      {ordered.length > 0 && (
        <Table
          caption="Considered, in the words of the trace that every message keeps"
          columns={columns}
          rows={ordered.slice(0, shown)}
          keyOf={({ phone_number }) => phone_number}
        />
      )}
      <Pager hasMore={ordered.length > shown} isBusy={false} onMore={() => setShown(shown + rowsAtOnce)} />
    </div>
  );
}

/** The chosen one first, then those that could. */
function rankOf(told: Told, { phone_number, eligible }: Candidate): number {
  if (phone_number === told.from_number) return 0;
  return eligible ? 1 : 2;
}

function Sender({ address }: { address: string | null }) {
  return address === null ? <>no number</> : <PhoneNumber address={address} />;
}

function partWords({ parts, encoding }: Told): string {
  if (parts === null) return "";
  return ` ${countOf(parts, "part")}${encoding === null ? "" : ` in ${encoding}`}.`;
}

const columns: readonly [Column<Candidate>, ...Column<Candidate>[]] = [
  { head: "Number", cell: ({ phone_number }) => <PhoneNumber address={phone_number} /> },
  {
    head: "Could send",
    cell: ({ eligible }) => <span className={`badge ${eligible ? "good" : "warn"}`}>{eligible ? "yes" : "no"}</span>,
  },
  { head: "Why", cell: ({ why }) => why },
];
