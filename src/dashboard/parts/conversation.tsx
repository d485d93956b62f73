import { Link } from "@tanstack/react-router";
import { Fragment, useLayoutEffect, useRef } from "react";
import { isGroup, useGroup, usePerson } from "../queries/inbox.ts";
import { type FoundMessage, useMessages, useOlderMessages } from "../queries/messages.ts";
import { Attachments } from "./attachments.tsx";
import { nameOfChat } from "./chat-name.ts";
import { Compose } from "./compose.tsx";
import { stateOf } from "./found-messages.tsx";
import { dayOf, Instant } from "./instant.tsx";
import type { Key } from "./key-picker.tsx";
import { PhoneNumber, readAddress } from "./phone-number.tsx";
import { Problem } from "./problem.tsx";
import { Reading } from "./reading.tsx";
import { StatusBadge } from "./status-badge.tsx";

/** Whoever plays both sides does not wait for the other. */
const sandboxMs = 2_000;

/** One conversation, the newest message at the bottom, and what is written next. */
export function Conversation({ of: key, chat }: { of: Key; chat: string }) {
  const filters = { contact: chat };
  const { data, error } = useMessages(key.api_key_id, filters, true, key.mode === "test" ? sandboxMs : undefined);
  const older = useOlderMessages(key.api_key_id, filters);
  const newest = data?.messages[0];
  const { data: group } = useGroup(key.api_key_id, chat);
  // A group is one key's alone, and nobody knows a person who was never written with.
  const others = useOthers(key, chat, data?.messages.length ?? 0);
  return (
    <section className="conversation card" aria-label="Conversation">
      <header className="conversation-head">
        <Link className="back" to={`/inbox/${key.api_key_id}`}>
          ← All conversations
        </Link>
        <h2>
          {group !== undefined && <bdi>{nameOfChat(group)} </bdi>}
          {newest?.contact?.name && <bdi>{newest.contact.name} </bdi>}
          <PhoneNumber address={chat} copies />
        </h2>
      </header>
      {data === undefined ? (
        error === null && <Reading />
      ) : (
        <Bubbles
          apiKeyId={key.api_key_id}
          messages={data.messages}
          chat={chat}
          others={others}
          hasOlder={data.nextBefore !== null}
          isBusy={older.isPending}
          onOlder={older.mutate}
        />
      )}
      <Problem error={error ?? older.error} />
      <Compose
        of={key}
        chat={chat}
        heard={data?.messages.find(({ direction }) => direction === "inbound")?.message_id ?? ""}
        number={newest?.internal_id ?? null}
      />
    </section>
  );
}

type Props = {
  apiKeyId: string;
  messages: readonly FoundMessage[];
  chat: string;
  others: readonly Said[];
  hasOlder: boolean;
  isBusy: boolean;
  onOlder: () => void;
};

function Bubbles({ apiKeyId, chat, messages, others, hasOlder, isBusy, onOlder }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const newestId = messages[0]?.message_id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new message is what is scrolled to
  useLayoutEffect(() => {
    place.current?.scrollTo({ top: place.current.scrollHeight });
  }, [newestId]);
  const since = hasOlder ? (messages.at(-1)?.time_sent ?? 0) : 0;
  const own = messages.map((message): Said => ({ message, by: null }));
  const inOrder = [...own, ...others.filter(({ message }) => message.time_sent >= since)].sort(
    (left, right) => left.message.time_sent - right.message.time_sent,
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by the keyboard
    <div className="bubbles" ref={place} role="log" aria-label="Messages" tabIndex={0}>
      {hasOlder && (
        <button type="button" className="second" disabled={isBusy} onClick={onOlder}>
          {isBusy ? "Reading …" : "Earlier messages"}
        </button>
      )}
      {inOrder.length === 0 && <p className="quiet">Nothing was written here yet.</p>}
      {inOrder.map(({ message, by }, index) => {
        const before = inOrder[index - 1]?.message;
        const isNewDay = before === undefined || dayOf(before.time_sent) !== dayOf(message.time_sent);
        return (
          <Fragment key={message.message_id}>
            {isNewDay && <p className="day quiet small">{dayOf(message.time_sent)}</p>}
            <Bubble apiKeyId={by?.id ?? apiKeyId} chat={chat} message={message} by={by?.name ?? null} />
          </Fragment>
        );
      })}
    </div>
  );
}

/** A message of this conversation, or (`by`) of another key with the same person. */
type Said = { message: FoundMessage; by: { id: string; name: string } | null };

/** Returns what other keys of the organization wrote with this person; who is tried in the sandbox is nobody to a live key. */
function useOthers(key: Key, chat: string, own: number): Said[] {
  const { data } = usePerson(key.organization_id, chat, own > 0 && !isGroup(chat));
  return (data?.messages ?? []).flatMap(({ api_key_id: id, ...message }) => {
    const other = data?.keys.find((one) => one.api_key_id === id && id !== key.api_key_id && one.mode === key.mode);
    return other === undefined ? [] : [{ message, by: { id, name: other.name } }];
  });
}

/** A person may have come by several networks: each bubble says its own. */
const networks: Readonly<Record<string, string>> = {
  imessage: "iMessage",
  sms: "SMS",
  rcs: "RCS",
  whatsapp: "WhatsApp",
};

/** Who wrote is said where it may be one of several. */
function writerOf({ direction, sender }: FoundMessage, chat: string): string | null {
  return direction === "inbound" && isGroup(chat) && sender ? readAddress(sender).words : null;
}

type BubbleProps = { apiKeyId: string; chat: string; message: FoundMessage; by: string | null };

function Bubble({ apiKeyId, chat, message, by }: BubbleProps) {
  const isOurs = message.direction === "outbound";
  const writer = writerOf(message, chat);
  return (
    <article
      className={`bubble${isOurs ? " is-ours" : ""}${by === null ? "" : " is-other"}`}
      aria-label={isOurs ? "You wrote" : `${writer ?? "They"} wrote`}
    >
      {writer !== null && (
        <p className="small">
          <bdi>{writer}</bdi>
        </p>
      )}
      {message.text && (
        <p dir="auto" className="text">
          {message.text}
        </p>
      )}
      <Attachments files={message.attachments} />
      {!message.text && message.attachments.length === 0 && <p className="quiet">{message.kind ?? "no text"}</p>}
      <footer className="small">
        <Link
          to="/messages/$apiKeyId/$messageId"
          params={{ apiKeyId, messageId: message.message_id }}
          title="What became of it, and why this number"
        >
          <Instant at={message.time_sent} withDay={false} precise={false} />
        </Link>{" "}
        {by !== null && (
          <Link to="/inbox/$apiKeyId" params={{ apiKeyId }} search={{ chat }}>
            <bdi>{by}</bdi>
          </Link>
        )}{" "}
        <span className="quiet">{networks[message.protocol] ?? ""}</span>{" "}
        {isOurs && <StatusBadge status={stateOf(message)} />}
        {message.error !== null && <span className="text"> {message.error}</span>}
      </footer>
    </article>
  );
}
