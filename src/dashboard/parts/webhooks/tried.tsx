import type { Tried as Answer } from "../../queries/webhooks.ts";
import { Text } from "./text.tsx";

/** How an attempt that was made just now went: what the receiver answered, shown as the text that it is. */
export function Tried({ tried }: { tried: Answer }) {
  const { success, response_status, duration_ms, response_data } = tried;
  const body = response_data.body;
  return (
    <div className={success ? "note good" : "note warn"} role="status">
      <p>
        <strong>{success ? "Received." : "Not received."}</strong>{" "}
        {response_status == null ? "No answer came" : `Answered ${response_status}`} in{" "}
        {duration_ms.toLocaleString("en")} ms.
      </p>
      {response_data.error != null && <p dir="auto">{response_data.error}</p>}
      {body != null && body !== "" && (
        <Text label="Its answer" text={typeof body === "string" ? body : JSON.stringify(body, null, 2)} />
      )}
    </div>
  );
}
