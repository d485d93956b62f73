import { Link } from "@tanstack/react-router";
import type { MessageStory } from "../queries/messages.ts";
import { dayOf, Instant, Told } from "./instant.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { TimeAgo } from "./time-ago.tsx";

type Step = MessageStory["timeline"][number];
type Attempt = NonNullable<Step["attempts"]>[number];

const tones: Record<string, string> = { delivered: "good", read: "good", received: "good", failed: "bad" };
const warned = ["cancelled", "unknown", "put_back"];

/** The steps of a message's life, oldest first, each with the webhook attempts that told of it. */
export function Timeline({ steps }: { steps: readonly Step[] }) {
  return (
    <ol className="timeline">
      {steps.map((step, index) => {
        const before = steps[index - 1];
        const isNewDay = before === undefined || dayOf(before.at) !== dayOf(step.at);
        return (
          <li
            key={`${step.at} ${step.kind} ${step.words}`}
            className={tones[step.kind] ?? (warned.includes(step.kind) ? "warn" : undefined)}
          >
            <p className="timeline-at quiet small">
              <Instant at={step.at} withDay={isNewDay} />
              {before !== undefined && step.at > before.at && <span> · {lapse(step.at - before.at)} later</span>}
            </p>
            <p className="timeline-words text">
              <Told words={step.words} />
            </p>
            <Attempts of={step.attempts ?? []} />
          </li>
        );
      })}
    </ol>
  );
}

function Attempts({ of: attempts }: { of: readonly Attempt[] }) {
  if (attempts.length === 0) return null;
  return (
    <ul className="attempts small">
      {attempts.map((one) => (
        <li key={`${one.webhook_id} ${one.attempt} ${one.state}`}>
          <StatusBadge status={one.state} />{" "}
          <Link to={`/webhooks/${one.webhook_id}`}>
            Webhook <span className="mono">{one.webhook_id}</span>
          </Link>
          , attempt {one.attempt}
          {one.state === "waiting" ? (
            <>
              {" "}
              is due <TimeAgo at={one.at} />
            </>
          ) : (
            <>
              : {one.status === null ? "no answer" : `answered ${one.status}`}
              {one.duration_ms !== null && ` in ${lapse(one.duration_ms)}`}
            </>
          )}
          {one.error !== null && <span className="text"> ({one.error})</span>}
        </li>
      ))}
    </ul>
  );
}

/** Returns a time span in its largest fitting unit. */
function lapse(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(1))} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return ms < 86_400_000 ? `${Number((ms / 3_600_000).toFixed(1))} h` : `${Number((ms / 86_400_000).toFixed(1))} days`;
}
