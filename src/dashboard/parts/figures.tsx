import { useState } from "react";
import type { Answer } from "../api.ts";
import type { Day } from "../queries/add-up.ts";
import { keysAtMost, useFigures } from "../queries/figures.ts";
import { DayChart } from "./day-chart.tsx";
import { Select } from "./field.tsx";
import { Pager } from "./pager.tsx";
import { PhoneNumber } from "./phone-number.tsx";
import { Problem } from "./problem.tsx";
import { Reading } from "./reading.tsx";
import { shortDay } from "./short-day.ts";
import { Table } from "./table.tsx";

type Key = Pick<Answer<"listApiKeys">["api_keys"][number], "api_key_id" | "name" | "last_used_at">;

const everyKey = "";
const spans = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
];
const numbersAtFirst = 20;

/** What was sent, delivered and failed: by day as bars and as a table, and by number. */
export function KeyFigures({ keys }: { keys: readonly Key[] }) {
  const [span, setSpan] = useState("7");
  const [chosen, choose] = useState(everyKey);
  const byUse = keys.toSorted((left, right) => (right.last_used_at ?? 0) - (left.last_used_at ?? 0));
  const ids = chosen === everyKey ? byUse.map((key) => key.api_key_id) : [chosen];
  const { data, error } = useFigures(ids, Number(span));
  return (
    <section className="card" aria-labelledby="figures">
      <h2 id="figures">Messages</h2>
      <div className="filters">
        <Select
          label="API key"
          value={chosen}
          onChange={choose}
          options={[
            { value: everyKey, label: keys.length > keysAtMost ? `The ${keysAtMost} last used` : "All" },
            ...byUse.map((key) => ({ value: key.api_key_id, label: key.name })),
          ]}
        />
        <Select label="Time" value={span} onChange={setSpan} options={spans} />
      </div>
      <Problem error={error} />
      {data === undefined && error === null && <Reading />}
      {data !== undefined && (
        <>
          <Totals days={data.days} />
          {data.days.some(({ sent, failed }) => sent + failed > 0) ? (
            <DayChart days={data.days} />
          ) : (
            <p className="quiet">Nothing was sent in these days: the first message will stand here as a bar.</p>
          )}
          {!data.isWhole && (
            <p className="quiet small">Some of it is still being counted, or is of numbers beyond the 200 busiest.</p>
          )}
          <details>
            <summary>The same figures as a table</summary>
            <Table
              caption="By day, in UTC"
              columns={[{ head: "Day", cell: ({ day }) => shortDay(day) }, ...figureColumns((day: Day) => day)]}
              rows={data.days.toReversed()}
              keyOf={({ day }) => day}
            />
          </details>
          {data.numbers.length > 0 && <ByNumber numbers={data.numbers} />}
        </>
      )}
    </section>
  );
}

function Totals({ days }: { days: readonly Day[] }) {
  const names = ["sent", "delivered", "failed", "inbound"] as const;
  const words = { sent: "sent", delivered: "delivered", failed: "failed", inbound: "received" };
  return (
    <dl className="totals">
      {names.map((name) => (
        <div key={name}>
          <dt>{words[name]}</dt>
          <dd>{days.reduce((total, day) => total + day[name], 0).toLocaleString("en")}</dd>
        </div>
      ))}
    </dl>
  );
}

function ByNumber({ numbers }: { numbers: readonly { number: string; total: Day }[] }) {
  const [shown, setShown] = useState(numbersAtFirst);
  return (
    <>
      <Table
        caption="By number, busiest first"
        columns={[
          { head: "Number", cell: ({ number }) => <PhoneNumber address={number} /> },
          ...figureColumns(({ total }: { number: string; total: Day }) => total),
        ]}
        rows={numbers.slice(0, shown)}
        keyOf={({ number }) => number}
      />
      <Pager hasMore={numbers.length > shown} isBusy={false} onMore={() => setShown(shown * 5)} />
    </>
  );
}

function figureColumns<Row>(pick: (row: Row) => Day) {
  const column = (head: string, name: "sent" | "delivered" | "failed" | "inbound") => ({
    head,
    kind: "number" as const,
    cell: (row: Row) => pick(row)[name].toLocaleString("en"),
  });
  return [
    column("Sent", "sent"),
    column("Delivered", "delivered"),
    column("Failed", "failed"),
    column("Received", "inbound"),
  ];
}
