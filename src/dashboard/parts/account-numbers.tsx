import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type ImportRun, useImportRun } from "../queries/import-run.ts";
import { type AvailableNumber, type Integration, useAvailableNumbers } from "../queries/integrations.ts";
import { AddSender } from "./add-sender.tsx";
import { Empty } from "./empty.tsx";
import { TextField } from "./field.tsx";
import { Pager } from "./pager.tsx";
import { PhoneNumber } from "./phone-number.tsx";
import { Problem } from "./problem.tsx";
import { Progress } from "./progress.tsx";
import { Reading } from "./reading.tsx";
import { type Column, Table } from "./table.tsx";

const shownAtFirst = 25;
const needsRepair = ({ imported, webhook_ok: ok }: AvailableNumber) => imported && !ok;

/** The numbers that an account has at Twilio: which are imported, which no longer call this gateway, and what mends that. */
export function AccountNumbers({ account }: { account: Integration }) {
  const { data, error, refetch, isFetching } = useAvailableNumbers(account.integration_id);
  const importing = useImportRun(account.integration_id);
  return (
    <section className="card">
      <div className="card-head">
        <div>
          <h2>Numbers</h2>
          <p className="quiet">What the account has at Twilio. Importing points a number's webhooks at this gateway.</p>
        </div>
        <button type="button" className="second" disabled={isFetching} onClick={() => refetch()}>
          {isFetching ? "Asking Twilio …" : "Look again"}
        </button>
      </div>
      <Problem error={error} />
      {importing.run !== null && (
        <RunReport run={importing.run} onStop={importing.stop} onClose={importing.forget} onGoOn={importing.goOn} />
      )}
      {data === undefined && error === null && <Reading />}
      {data?.numbers.length === 0 && (
        <Empty title="This account has no phone numbers">
          <p>Buy one in Twilio's console, then look again. A WhatsApp sender or short code can be added below.</p>
        </Empty>
      )}
      {data !== undefined && data.numbers.length > 0 && (
        <Choice numbers={data.numbers} isBusy={importing.run?.isRunning === true} onImport={importing.start} />
      )}
      {!account.sandbox && <AddSender integrationId={account.integration_id} />}
    </section>
  );
}

type ChoiceProps = {
  numbers: readonly AvailableNumber[];
  isBusy: boolean;
  onImport: (numbers: string[]) => void;
};

function Choice({ numbers, isBusy, onImport }: ChoiceProps) {
  const [wanted, setWanted] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState("");
  const [shown, setShown] = useState(shownAtFirst);
  const found = numbers.filter(
    (number) =>
      number.phone_number.includes(search.replace(/[\s()-]/g, "")) ||
      number.friendly_name.toLowerCase().includes(search.trim().toLowerCase()),
  );
  const importable = found.filter(({ imported }) => !imported).map((number) => number.phone_number);
  const drifted = numbers.filter(needsRepair).map((number) => number.phone_number);
  const chosen = importable.filter((number) => wanted.has(number));
  const areAllChosen = importable.length > 0 && chosen.length === importable.length;
  function choose(given: readonly string[], on: boolean) {
    setWanted(new Set(on ? [...wanted, ...given] : [...wanted].filter((number) => !given.includes(number))));
  }
  function start(chosenNumbers: string[]) {
    setWanted(new Set());
    onImport(chosenNumbers);
  }
  const columns: [Column<AvailableNumber>, ...Column<AvailableNumber>[]] = [
    {
      head: "Number",
      cell: (number) => (
        <NumberChoice
          number={number}
          isChosen={wanted.has(number.phone_number)}
          isBusy={isBusy}
          onChoose={(on) => choose([number.phone_number], on)}
        />
      ),
    },
    { head: "Name at Twilio", cell: ({ friendly_name: name }) => <bdi>{name}</bdi> },
    { head: "Can", cell: ({ capabilities }) => namesOf(capabilities).join(", ") || "nothing" },
    { head: "State", cell: (number) => <State number={number} /> },
    {
      head: "Mend",
      kind: "action",
      cell: (number) =>
        needsRepair(number) && (
          <button type="button" className="second" disabled={isBusy} onClick={() => start([number.phone_number])}>
            Repair<span className="hidden-words"> {number.phone_number}</span>
          </button>
        ),
    },
  ];
  return (
    <>
      {drifted.length > 0 && (
        <div className="note warn row apart">
          <p>
            {drifted.length === 1 ? "1 imported number does" : `${drifted.length} imported numbers do`} not call this
            gateway any more: what people write to {drifted.length === 1 ? "it" : "them"} goes elsewhere.
          </p>
          <button type="button" disabled={isBusy} onClick={() => start(drifted)}>
            Repair {drifted.length === 1 ? "it" : `all ${drifted.length}`}
          </button>
        </div>
      )}
      <div className="filters">
        <TextField label="Find" type="search" value={search} onChange={({ target }) => setSearch(target.value)} />
        {importable.length > 0 && (
          <>
            <label className="check">
              <input
                type="checkbox"
                checked={areAllChosen}
                disabled={isBusy}
                onChange={({ target }) => choose(importable, target.checked)}
              />
              Choose all {importable.length} that are not imported
            </label>
            <button type="button" disabled={isBusy || chosen.length === 0} onClick={() => start(chosen)}>
              Import {chosen.length === 0 ? "" : `${chosen.length} `}number{chosen.length === 1 ? "" : "s"}
            </button>
          </>
        )}
      </div>
      <Table
        caption={`${found.length} of ${numbers.length} numbers, ${numbers.filter(({ imported }) => imported).length} imported`}
        columns={columns}
        rows={found.slice(0, shown)}
        keyOf={(number) => number.phone_number}
      />
      <Pager hasMore={found.length > shown} isBusy={false} onMore={() => setShown(shown * 4)} />
    </>
  );
}

type NumberChoiceProps = {
  number: AvailableNumber;
  isChosen: boolean;
  isBusy: boolean;
  onChoose: (on: boolean) => void;
};

function NumberChoice({ number, isChosen, isBusy, onChoose }: NumberChoiceProps) {
  if (number.imported) return <PhoneNumber address={number.phone_number} />;
  return (
    <label className="check">
      <input type="checkbox" checked={isChosen} disabled={isBusy} onChange={({ target }) => onChoose(target.checked)} />
      <PhoneNumber address={number.phone_number} />
    </label>
  );
}

function State({ number }: { number: AvailableNumber }) {
  if (!number.imported) return <span className="badge">not imported</span>;
  if (number.webhook_ok) return <span className="badge good">in order</span>;
  return <span className="badge bad">calls elsewhere</span>;
}

function namesOf(capabilities: AvailableNumber["capabilities"]): string[] {
  const words = { sms: "SMS", mms: "MMS", voice: "calls" } as const;
  return (["sms", "mms", "voice"] as const).filter((name) => capabilities[name]).map((name) => words[name]);
}

type RunProps = {
  run: ImportRun;
  onStop: () => void;
  onClose: () => void;
  onGoOn: () => void;
};

function RunReport({ run, onStop, onClose, onGoOn }: RunProps) {
  const failed = run.results.filter(({ status }) => status === "failed");
  const warned = run.results.filter(({ warnings }) => (warnings ?? []).length > 0);
  const done = run.results.length - failed.length;
  const left = run.numbers.length - run.results.length;
  return (
    <section className="note" aria-label="The import">
      <Progress
        label={run.isRunning ? "Importing" : "Imported or repaired"}
        done={run.isRunning ? run.results.length : done}
        total={run.numbers.length}
      />
      <Problem error={run.error} />
      {[...failed, ...warned].slice(0, 50).map((result) => (
        <p key={`${result.status} ${result.phone_number}`}>
          <PhoneNumber address={result.phone_number} />{" "}
          {result.status === "failed" ? (
            <span className="badge bad">failed</span>
          ) : (
            <span className="badge warn">look at this</span>
          )}{" "}
          {result.status === "failed" ? result.message : (result.warnings ?? []).join(" ")}
        </p>
      ))}
      <div className="row">
        {run.isRunning ? (
          <button type="button" className="second" onClick={onStop}>
            Stop after this slice
          </button>
        ) : (
          <>
            {left > 0 && (
              <button type="button" onClick={onGoOn}>
                Go on with the other {left}
              </button>
            )}
            {done > 0 && (
              <Link className="button second" to="/numbers">
                Assign them to an API key
              </Link>
            )}
            <button type="button" className="link" onClick={onClose}>
              Close this report
            </button>
          </>
        )}
      </div>
    </section>
  );
}
