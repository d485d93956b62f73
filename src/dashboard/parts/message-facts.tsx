import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { MessageStory } from "../queries/messages.ts";
import { Copy } from "./copy.tsx";
import { Instant } from "./instant.tsx";
import { PhoneNumber } from "./phone-number.tsx";

/** What else is known of a message, and word for word what the carrier said. */
export function MessageFacts({ apiKeyId, story }: { apiKeyId: string; story: MessageStory }) {
  const { internal_id: number, provider_id: sid, number_of_message_parts: parts, encoding } = story;
  return (
    <section className="card">
      <h2>Details</h2>
      <dl className="facts">
        <Fact name="Our number">
          {number !== null && (
            <Link to="/numbers" search={{ q: number }}>
              <PhoneNumber address={number} />
            </Link>
          )}
        </Fact>
        <Fact name="API key">
          <Link to={`/keys/${apiKeyId}`} className="mono">
            {apiKeyId}
          </Link>
        </Fact>
        <Fact name="Message id">
          <span className="mono">{story.message_id}</span> <Copy text={story.message_id} what="the message id" />
        </Fact>
        <Fact name="Carrier's id">
          {sid != null && (
            <>
              <span className="mono">{sid}</span> <Copy text={sid} what="the carrier's id" />
            </>
          )}
        </Fact>
        <Fact name="Parts">
          {parts !== undefined && story.direction === "outbound" && `${parts}${encoding ? `, ${encoding}` : ""}`}
        </Fact>
        <Fact name="Channel">{story.protocol}</Fact>
        <Fact name="To leave at">{story.send_at != null && <Instant at={story.send_at} />}</Fact>
        <Fact name="Delivery report">{reportWords[story.delivery_report ?? ""]}</Fact>
        <Fact name="Links followed">
          {story.clicks != null && `${story.clicks.raw} times, by people ${story.clicks.human}`}
        </Fact>
      </dl>
      <Raw summary="Your metadata" value={story.metadata} />
      <Raw summary="What the carrier said, word for word" value={story.carrier_detail} />
    </section>
  );
}

const reportWords: Record<string, string> = {
  missing: "None came, though this network sends them.",
  not_expected: "Operators of that country send none: sent is as far as it goes.",
};

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (children === null || children === undefined || children === false || children === "") return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Raw({ summary, value }: { summary: string; value: unknown }) {
  if (value === null || value === undefined) return null;
  return (
    <details>
      <summary>{summary}</summary>
      <pre className="secret">{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}
