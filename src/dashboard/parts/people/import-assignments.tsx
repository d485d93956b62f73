import { useState } from "react";
import { call } from "../../api.ts";
import { usePeopleChanged } from "../../queries/people.ts";
import { CopyOnce } from "../copy.tsx";
import { Dialog } from "../dialog.tsx";
import { Field } from "../field.tsx";
import { Problem } from "../problem.tsx";
import { Progress } from "../progress.tsx";
import { type Imported, importInParts } from "./import-in-parts.ts";
import { type AssignmentFile, type AssignmentRow, readAssignments, rowsAtMost } from "./read-assignments.ts";
import { RefusedRows } from "./refused-rows.tsx";

type Props = { apiKeyId: string; onClose: () => void };
const example = "contact,phone_number\n+15551234567,+15559876543";

/** Ties the contacts of a CSV file to their numbers: reads it here, sends it in parts, and says of each row that was refused why, with its line. */
export function ImportAssignments({ apiKeyId, onClose }: Props) {
  const [file, setFile] = useState<AssignmentFile | null>(null);
  const [so, setSo] = useState<Imported | null>(null);
  const [isBusy, setBusy] = useState(false);
  const changed = usePeopleChanged(apiKeyId);
  async function read(given: File | undefined) {
    setSo(null);
    setFile(given === undefined ? null : readAssignments(await given.text()));
  }
  async function run(rows: readonly AssignmentRow[], before: Imported) {
    setBusy(true);
    setSo({ ...before, error: null });
    const send = async (assignments: { contact: string; phone_number: string }[]) => {
      const answer = await call("setAssignment", { params: { apiKeyId }, body: { assignments } });
      return "results" in answer ? answer.results : [];
    };
    const end = await importInParts(rows, send, (now) => setSo(join(before, now)));
    setSo(join(before, end));
    setBusy(false);
    await changed();
  }
  const rows = file?.rows ?? [];
  const isTooLong = rows.length + (file?.faults.length ?? 0) > rowsAtMost;
  return (
    <Dialog title="Import sticky contacts" onClose={onClose}>
      {so === null && (
        <>
          <p>A CSV file with a contact and a number of this pool on each line, at most 10,000:</p>
          <CopyOnce text={example} what="the example" />
          <Field label="File">
            {(wiring) => (
              <input
                type="file"
                accept=".csv,.tsv,.txt,text/csv"
                {...wiring}
                onChange={({ target }) => void read(target.files?.[0])}
              />
            )}
          </Field>
        </>
      )}
      {file !== null && so === null && <Read file={file} isTooLong={isTooLong} />}
      {so !== null && <Told so={so} total={rows.length} faults={file?.faults ?? []} isBusy={isBusy} />}
      <div className="row end">
        {so === null && (
          <button
            type="button"
            disabled={isTooLong || rows.length === 0}
            onClick={() => void run(rows, { assigned: 0, refused: [], done: 0, error: null })}
          >
            Import {rows.length.toLocaleString("en")} rows
          </button>
        )}
        {so?.error && (
          <button type="button" disabled={isBusy} onClick={() => void run(rows.slice(so.done), so)}>
            Go on with the rest
          </button>
        )}
        {so !== null && !isBusy && (
          <button type="button" className="second" onClick={onClose}>
            Done
          </button>
        )}
      </div>
    </Dialog>
  );
}

function join(before: Imported, now: Imported): Imported {
  return {
    assigned: before.assigned + now.assigned,
    refused: [...before.refused, ...now.refused],
    done: before.done + now.done,
    error: now.error,
  };
}

function Read({ file: { rows, faults }, isTooLong }: { file: AssignmentFile; isTooLong: boolean }) {
  const count = rows.length + faults.length;
  if (isTooLong) {
    return (
      <p className="note warn" role="alert">
        This file has {count.toLocaleString("en")} rows; 10,000 is the most at once. Split it.
      </p>
    );
  }
  return (
    <>
      <p role="status">
        {count.toLocaleString("en")} rows read{faults.length > 0 && `, ${faults.length} of which cannot be used`}.
      </p>
      <RefusedRows title="These rows are left out" rows={faults} />
    </>
  );
}

type ToldProps = { so: Imported; total: number; faults: AssignmentFile["faults"]; isBusy: boolean };

function Told({ so, total, faults, isBusy }: ToldProps) {
  const refused = [...faults, ...so.refused].sort((one, other) => one.line - other.line);
  return (
    <>
      <Progress label={isBusy ? "Importing" : "Imported"} done={so.done} total={total} />
      <Problem error={so.error} />
      {!isBusy && (
        <p className={refused.length === 0 && so.error === null ? "note good" : "note warn"} role="status">
          {so.assigned.toLocaleString("en")} tied, {refused.length.toLocaleString("en")} refused
          {so.error !== null && `, ${(total - so.done).toLocaleString("en")} not sent yet`}.
        </p>
      )}
      <RefusedRows title="Refused" rows={refused} />
    </>
  );
}
