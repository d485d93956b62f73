import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { call } from "../api.ts";
import { PageHead } from "../parts/page-head.tsx";
import { PhoneNumber } from "../parts/phone-number.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
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
  if (story === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  return (
    <>
      <p>
        <Link to="/messages">← Messages</Link>
      </p>
      <PageHead
        title={
          <>
            Message {story.direction === "inbound" ? "from" : "to"} <PhoneNumber address={story.chat_id} copies />
          </>
        }
        actions={
          <span role="status">
            <StatusBadge status={story.status ?? "received"} />
          </span>
        }
      />
      <Problem error={error} />
      <blockquote dir="auto" className="card text">
        {story.text ?? "(no text)"}
      </blockquote>
      <section className="card">
        <h2>What happened</h2>
        <Timeline steps={story.timeline} />
      </section>
      {story.trace != null && (
        <section className="card">
          <h2>Why this number</h2>
          <ul>
            {story.trace.considered.map(({ phone_number, why }) => (
              <li key={phone_number}>
                <PhoneNumber address={phone_number} />: {why}
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="quiet small">
        Message id <span className="mono">{story.message_id}</span>
      </p>
    </>
  );
}
