import { ApiProblem } from "../api.ts";
import type { Preview } from "../queries/sending.ts";
import { PhoneNumber } from "./phone-number.tsx";
import { Problem } from "./problem.tsx";
import { Trace } from "./trace.tsx";

/** What a send would do now: from which number it would leave and why, or why it would be refused. */
export function WouldLeave({ preview, error }: { preview: Preview | undefined; error: Error | null }) {
  // That the gateway does not answer, the conversation says already.
  if (error instanceof ApiProblem) return <Problem error={error} />;
  if (preview === undefined) return null;
  const { would_send: isAllowed, from_number: number, considered, reason } = preview;
  // A draft without text is refused for that alone, which needs no telling.
  if (!isAllowed && preview.code !== "missing_content") {
    return (
      <div className="note warn" role="status">
        <p className="text">
          <strong>It would not be sent.</strong> {preview.message}
        </p>
      </div>
    );
  }
  if (number === null) return null;
  const why = considered.find(({ phone_number: one }) => one === number)?.why.replace(/^chosen: /, "");
  return (
    <details className="would-leave">
      <summary>
        Will leave from <PhoneNumber address={number} /> <span className="because">because {why ?? reason}</span>
      </summary>
      <Trace reason={reason} chosen={number} considered={considered} note={preview.note ?? null} />
    </details>
  );
}
