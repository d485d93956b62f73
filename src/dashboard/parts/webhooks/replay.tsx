import { type FormEvent, useEffect, useRef, useState } from "react";
import { ApiProblem, call } from "../../api.ts";
import { useWebhooksChanged } from "../../queries/webhooks.ts";
import { Dialog } from "../dialog.tsx";
import { Field, Select } from "../field.tsx";
import { Instant } from "../instant.tsx";
import { Problem } from "../problem.tsx";
import { type Replayed, replayAll } from "./replay-all.ts";

type Wish = { since: number; until: number | null; only_failed: boolean };
const keptMs = 30 * 24 * 60 * 60 * 1000;
const kinds = [
  { value: "failed", label: "Only what was not received" },
  { value: "all", label: "Everything, also what was received" },
];

/** Delivers the events of a time again, call by call, and tells how far it is; it can be stopped, and nothing that was set on its way is lost. */
export function Replay({ webhookId, onClose }: { webhookId: string; onClose: () => void }) {
  const [so, setSo] = useState<Replayed | null>(null);
  const [error, setError] = useState<Error | null>(null);
  const [isRunning, setRunning] = useState(false);
  const stopped = useRef(false);
  const changed = useWebhooksChanged();
  useEffect(() => {
    stopped.current = false;
    return () => {
      stopped.current = true;
    };
  }, []);
  async function run({ since, until, only_failed }: Wish) {
    stopped.current = false;
    setError(null);
    setRunning(true);
    // Events that the replay itself makes are later than now: without an end they would be looked at too.
    const end = until ?? Date.now();
    try {
      await replayAll(since, {
        ask: (from) =>
          call("replayOrganizationWebhookEvents", {
            params: { webhookId },
            body: { since: from, until: end, only_failed },
          }),
        isBusy: (problem) => problem instanceof ApiProblem && problem.code === "rate_limited",
        wait: (ms) => waitUnless(ms, () => stopped.current),
        onProgress: setSo,
        isStopped: () => stopped.current,
      });
    } catch (problem) {
      setError(problem as Error);
    }
    setRunning(false);
    await changed();
  }
  return (
    <Dialog title="Deliver events again" onClose={onClose}>
      {!isRunning && <ReplayForm onWish={(wish) => void run(wish)} />}
      {so !== null && <Standing so={so} isRunning={isRunning} />}
      <Problem error={error} />
      {isRunning && (
        <div className="row end">
          <button
            type="button"
            className="second"
            onClick={() => {
              stopped.current = true;
            }}
          >
            Stop here
          </button>
        </div>
      )}
    </Dialog>
  );
}

async function waitUnless(ms: number, isOver: () => boolean): Promise<void> {
  const end = Date.now() + ms;
  while (!isOver() && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(500, Math.max(0, end - Date.now()))));
  }
}

function ReplayForm({ onWish }: { onWish: (wish: Wish) => void }) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const time = (name: string) => {
      const given = String(form.get(name));
      return given === "" ? null : new Date(given).getTime();
    };
    const since = time("since") ?? Date.now() - keptMs;
    onWish({ since, until: time("until"), only_failed: form.get("kind") !== "all" });
  }
  return (
    <form onSubmit={submit}>
      <p>
        Each leaves as a new event with an id of its own and the old content, ten a second. Left empty, the times reach
        from 30 days ago until now: so all that failed is delivered again.
      </p>
      <Select label="Which" name="kind" options={kinds} />
      <div className="form-grid">
        <Field label="Since">{(wiring) => <input type="datetime-local" name="since" {...wiring} />}</Field>
        <Field label="Until">{(wiring) => <input type="datetime-local" name="until" {...wiring} />}</Field>
      </div>
      <div className="row end">
        <button type="submit">Deliver them again</button>
      </div>
    </form>
  );
}

function Standing({ so, isRunning }: { so: Replayed; isRunning: boolean }) {
  const tone = so.isOver ? "good" : "plain";
  return (
    <div className={`note ${tone}`} role="status">
      <p>
        <strong>{so.replayed.toLocaleString("en")} events leave again.</strong>{" "}
        {so.isOver ? "That is all there were." : isRunning ? "More follow once these have left." : "Stopped here."}
      </p>
      {so.upTo !== null && (
        <p>
          Looked up to <Instant at={so.upTo} />.
        </p>
      )}
      {so.note !== null && <p>{so.note}</p>}
      {isRunning && <progress aria-label="Replay under way" />}
    </div>
  );
}
