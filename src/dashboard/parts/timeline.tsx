import type { Answer } from "../api.ts";

type Steps = Answer<"readAdminMessage">["timeline"];

/** The steps of a message's life, oldest first, each with the webhook attempts that told of it. */
export function Timeline({ steps }: { steps: Steps }) {
  return (
    <ol className="timeline">
      {steps.map((step) => (
        <li key={`${step.at} ${step.kind} ${step.words}`}>
          <time dateTime={new Date(step.at).toISOString()} title={new Date(step.at).toISOString()}>
            {new Date(step.at).toLocaleTimeString()}
          </time>{" "}
          {step.words}
          {(step.attempts ?? []).map((attempt) => (
            <div className="quiet" key={`${attempt.webhook_id} ${attempt.attempt}`}>
              Webhook {attempt.webhook_id}, attempt {attempt.attempt}: {attempt.state}
              {attempt.status === null ? "" : `, answered ${attempt.status}`}
              {attempt.error === null ? "" : ` (${attempt.error})`}
            </div>
          ))}
        </li>
      ))}
    </ol>
  );
}
