import { useState } from "react";
import { type Attempt, useAttempts, useReplayEvent } from "../../queries/webhooks.ts";
import { Dialog } from "../dialog.tsx";
import { Empty } from "../empty.tsx";
import { Select } from "../field.tsx";
import { FoundRows } from "../found-rows.tsx";
import { Problem } from "../problem.tsx";
import type { Column } from "../table.tsx";
import { TimeAgo } from "../time-ago.tsx";
import { isTaken } from "./fare.ts";
import { Text } from "./text.tsx";
import { Tried } from "./tried.tsx";

type Props = { webhookId: string; isOpen: boolean };
const filters = [
  { value: "all", label: "All attempts" },
  { value: "failed", label: "Failed" },
  { value: "received", label: "Received" },
];
const failedBy: Record<string, boolean> = { failed: true, received: false };

/** A webhook's attempts, newest first; each opens with what was sent, what was answered, and the way to deliver it again. */
export function Attempts({ webhookId, isOpen }: Props) {
  const [filter, setFilter] = useState("all");
  const [shown, show] = useState<Attempt | null>(null);
  const query = useAttempts(webhookId, failedBy[filter] ?? null);
  return (
    <section aria-labelledby="attempts-head">
      <h2 id="attempts-head">Attempts of the last 30 days</h2>
      <div className="filters">
        <Select label="Show" options={filters} value={filter} onChange={setFilter} />
      </div>
      <FoundRows
        query={query}
        rowsOf={(page) => page.logs}
        order="newest first"
        columns={columnsOf(show)}
        keyOf={({ event_id, attempt, attempted_time }) => `${event_id} ${attempt} ${attempted_time}`}
        empty={
          <Empty title={filter === "all" ? "No attempts yet" : "None of these"}>
            <p>Every delivery stands here with its answer, from the first event that this webhook hears.</p>
          </Empty>
        }
      />
      {shown !== null && (
        <OneAttempt webhookId={webhookId} attempt={shown} mayReplay={isOpen} onClose={() => show(null)} />
      )}
    </section>
  );
}

function columnsOf(show: (attempt: Attempt) => void): [Column<Attempt>, ...Column<Attempt>[]] {
  return [
    { head: "Event", cell: (attempt) => <span className="mono">{attempt.metadata.event_name}</span> },
    { head: "Answer", kind: "plain", cell: (attempt) => <AnswerBadge attempt={attempt} /> },
    { head: "Attempt", kind: "number", cell: ({ attempt }) => attempt ?? 1 },
    { head: "Took", kind: "number", cell: ({ metadata }) => `${metadata.duration_ms.toLocaleString("en")} ms` },
    { head: "When", cell: ({ attempted_time: at }) => <TimeAgo at={at} /> },
    {
      head: "Open",
      kind: "action",
      cell: (attempt) => (
        <button type="button" className="link" onClick={() => show(attempt)}>
          Details<span className="hidden-words"> of {attempt.metadata.event_name}</span>
        </button>
      ),
    },
  ];
}

function AnswerBadge({ attempt: { response_status: status } }: { attempt: Attempt }) {
  return <span className={`badge ${isTaken(status) ? "good" : "bad"}`}>{status ?? "no answer"}</span>;
}

type WindowProps = { webhookId: string; attempt: Attempt; mayReplay: boolean; onClose: () => void };

function OneAttempt({ webhookId, attempt, mayReplay, onClose }: WindowProps) {
  const { mutate, data, error, isPending } = useReplayEvent(webhookId);
  const { metadata, response_text: answer } = attempt;
  return (
    <Dialog title={metadata.event_name} onClose={onClose}>
      <dl className="facts">
        <dt>Answer</dt>
        <dd>
          <span>
            <span>
              <AnswerBadge attempt={attempt} /> after {metadata.duration_ms.toLocaleString("en")} ms
            </span>
          </span>
        </dd>
        <dt>When</dt>
        <dd>
          <span>
            <TimeAgo at={attempt.attempted_time} />, attempt {attempt.attempt ?? 1}
          </span>
        </dd>
        <dt>Event</dt>
        <dd className="mono">{attempt.event_id}</dd>
        {metadata.original_event_id != null && (
          <>
            <dt>Repeats</dt>
            <dd className="mono">{metadata.original_event_id}</dd>
          </>
        )}
      </dl>
      {attempt.error != null && (
        <p className="note warn" dir="auto">
          {attempt.error}
        </p>
      )}
      {answer != null && answer !== "" && (
        <>
          <h3>Its answer, at most 4 KiB of it</h3>
          <Text label="The receiver's answer" text={answer} />
        </>
      )}
      <h3>What was sent</h3>
      <Text label="The body that was sent" text={JSON.stringify(attempt.event_body, null, 2)} />
      {data !== undefined && !isPending && <Tried tried={data} />}
      <Problem error={error} />
      <div className="row end">
        {!mayReplay && <span className="quiet">Resume the webhook to deliver it again.</span>}
        <button type="button" disabled={!mayReplay || isPending} onClick={() => mutate(attempt.event_id)}>
          {isPending ? "Waiting for the answer …" : "Deliver it again"}
        </button>
      </div>
    </Dialog>
  );
}
