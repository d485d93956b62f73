import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { call } from "../api.ts";
import { Problem } from "../parts/problem.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { Timeline } from "../parts/timeline.tsx";

const unfinished = ["queued", "sending", "sent", "pending"];
const soonMs = 2_000;
const laterMs = 10_000;

/** One message's life: its steps, why this number spoke, and what an error means. */
export function OneMessage() {
  const { apiKeyId, messageId } = useParams({ strict: false }) as { apiKeyId: string; messageId: string };
  const { data: story, error } = useQuery({
    queryKey: ["message", apiKeyId, messageId],
    queryFn: () => call("readAdminMessage", { params: { apiKeyId, messageId } }),
    refetchInterval: (query) => (unfinished.includes(query.state.data?.status ?? "queued") ? soonMs : laterMs),
  });
  if (story === undefined) return error === null ? <p>Reading …</p> : <Problem error={error} />;
  return (
    <>
      <p>
        <Link to="/messages">← Messages</Link>
      </p>
      <h1>
        Message {story.direction === "inbound" ? "from" : "to"} <span className="mono">{story.chat_id}</span>
      </h1>
      <Problem error={error} />
      <p role="status">
        <StatusBadge status={story.status ?? "received"} />
      </p>
      <blockquote dir="auto" className="text">
        {story.text ?? "(no text)"}
      </blockquote>
      <h2>What happened</h2>
      <Timeline steps={story.timeline} />
      {story.trace != null && (
        <>
          <h2>Why this number</h2>
          <ul>
            {story.trace.considered.map(({ phone_number, why }) => (
              <li key={phone_number}>
                <span className="mono">{phone_number}</span>: {why}
              </li>
            ))}
          </ul>
        </>
      )}
      <p className="quiet">
        Message id <span className="mono">{story.message_id}</span>
      </p>
    </>
  );
}
