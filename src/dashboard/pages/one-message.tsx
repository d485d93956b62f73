import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { Attachments } from "../parts/attachments.tsx";
import { Confirm } from "../parts/confirm.tsx";
import { stateOf } from "../parts/found-messages.tsx";
import { Told } from "../parts/instant.tsx";
import { MessageFacts } from "../parts/message-facts.tsx";
import { useNotice } from "../parts/notices.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { PhoneNumber } from "../parts/phone-number.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { Timeline } from "../parts/timeline.tsx";
import { Trace } from "../parts/trace.tsx";
import { type MessageStory, useCancelMessage, useMessageStory } from "../queries/messages.ts";

/** One message's life: what happened and happens next, why this number spoke, and what an error means. */
export function OneMessage() {
  const { apiKeyId, messageId } = useParams({ strict: false }) as { apiKeyId: string; messageId: string };
  const { data: story, error } = useMessageStory(apiKeyId, messageId);
  return (
    <>
      <p>
        <Link to="/messages" search={{ key: apiKeyId }}>
          ← Messages
        </Link>
      </p>
      {story === undefined ? (
        error === null ? (
          <Reading />
        ) : (
          <Problem error={error} />
        )
      ) : (
        <>
          <Head apiKeyId={apiKeyId} story={story} />
          <Problem error={error} />
          <Life apiKeyId={apiKeyId} story={story} />
        </>
      )}
    </>
  );
}

function Head({ apiKeyId, story }: { apiKeyId: string; story: MessageStory }) {
  return (
    <PageHead
      title={
        <span className="row">
          Message {story.direction === "inbound" ? "from" : "to"} <PhoneNumber address={story.chat_id} copies />
        </span>
      }
      actions={
        <>
          <Link className="button second" to={`/inbox/${apiKeyId}`} search={{ chat: story.chat_id }}>
            Conversation
          </Link>
          <Cancel apiKeyId={apiKeyId} story={story} />
        </>
      }
    >
      <span role="status">
        <StatusBadge status={stateOf(story)} />
      </span>{" "}
      {story.contact?.name && <bdi>{story.contact.name} · </bdi>}
      {stateOf(story) === "scheduled" && "written "}
      <TimeAgo at={story.time_sent} />
    </PageHead>
  );
}

function Life({ apiKeyId, story }: { apiKeyId: string; story: MessageStory }) {
  return (
    <>
      {story.next !== null && (
        <section className="note warn" aria-label="What happens next">
          <h2>{story.next.why === null ? "On its way" : "It waits"}</h2>
          <p className="text">
            <Told words={story.next.words} />
          </p>
          {story.next.at !== null && story.next.why !== null && (
            <p className="quiet small">
              It goes on <TimeAgo at={story.next.at} />.
            </p>
          )}
        </section>
      )}
      <Failure story={story} />
      <blockquote className="card message-text">
        <p dir="auto" className="text">
          {story.text || <span className="quiet">No text.</span>}
        </p>
        <Attachments files={story.attachments} />
      </blockquote>
      <section className="card">
        <h2>What happened</h2>
        <Timeline steps={story.timeline} />
      </section>
      {story.trace != null && (
        <section className="card">
          <h2>Why this number</h2>
          <Trace
            reason={story.trace.reason}
            chosen={story.internal_id}
            considered={story.trace.considered}
            note={story.trace.note}
          />
        </section>
      )}
      <MessageFacts apiKeyId={apiKeyId} story={story} />
    </>
  );
}

function Failure({ story }: { story: MessageStory }) {
  if (story.status !== "failed") return null;
  const { error, error_code: code, error_name: name, error_meaning: meaning, retry } = story;
  return (
    <section className="problem" aria-label="What the error means">
      <h2>It failed{name ? `: ${name.replaceAll("_", " ")}` : ""}</h2>
      <p className="text">{meaning ?? error}</p>
      {retry && (
        <p className="text">
          <strong>Send again?</strong> {retry}
        </p>
      )}
      {code && /^\d+$/.test(code) && (
        <p className="small">
          Twilio's code <code>{code}</code> ·{" "}
          <a href={`https://www.twilio.com/docs/api/errors/${code}`} target="_blank" rel="noreferrer">
            what Twilio says of it
          </a>
        </p>
      )}
    </section>
  );
}

function Cancel({ apiKeyId, story }: { apiKeyId: string; story: MessageStory }) {
  const [isAsking, ask] = useState(false);
  const cancel = useCancelMessage(apiKeyId);
  const notify = useNotice();
  const isElsewhere = story.timeline.some(({ kind }) => kind === "handed_on");
  const isLeaving = story.internal_status === "sending" && !isElsewhere;
  const mayLeave = story.status === "queued" && story.next !== null && !isLeaving;
  function confirm() {
    cancel.mutate(story.message_id, {
      onSuccess: ({ cancelled, message = "" }) => {
        ask(false);
        notify(cancelled ? "The message is cancelled: it will not leave." : message);
      },
    });
  }
  return (
    <>
      {mayLeave && (
        <button type="button" className="danger" onClick={() => ask(true)}>
          Cancel the message
        </button>
      )}
      {isAsking && (
        <Confirm
          title="Cancel this message?"
          action="Cancel the message"
          isBusy={cancel.isPending}
          error={cancel.error}
          onConfirm={confirm}
          onClose={() => ask(false)}
        >
          <p>It has not left. Cancelled, it never will, and your webhooks are told so. It does not come back.</p>
        </Confirm>
      )}
    </>
  );
}
