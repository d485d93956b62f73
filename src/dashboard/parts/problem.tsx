import { ApiProblem } from "../api.ts";

/** Shows what went wrong, its code, and where the way on is described. */
export function Problem({ error }: { error: Error | null }) {
  if (error === null) return null;
  const problem = error instanceof ApiProblem ? error : null;
  return (
    <div className="problem" role="alert">
      <p dir="auto" className="text">
        {problem?.message ?? "The gateway does not answer. Is it running? This page asks again by itself."}
      </p>
      {typeof problem?.details.twilio_code === "string" && (
        <p>
          Twilio's code <span className="mono">{problem.details.twilio_code}</span>
          {typeof problem.details.twilio_meaning === "string" && `: ${problem.details.twilio_meaning}`}
        </p>
      )}
      {problem !== null && problem.code !== "" && (
        <p className="quiet small">
          <a href={`/errors#${problem.code}`}>{problem.code}</a> · request{" "}
          <span className="mono">{problem.requestId}</span>
        </p>
      )}
    </div>
  );
}
