import { Link } from "@tanstack/react-router";
import { useDeferredValue, useState } from "react";
import { type Chat, useChats } from "../queries/inbox.ts";
import { nameOfChat } from "./chat-name.ts";
import { TextField } from "./field.tsx";
import { Pager } from "./pager.tsx";
import { Problem } from "./problem.tsx";
import { Reading } from "./reading.tsx";
import { TimeAgo } from "./time-ago.tsx";

/** A key's conversations, the latest first. */
export function ChatList({ apiKeyId, current }: { apiKeyId: string; current: string | null }) {
  const [typed, setTyped] = useState("");
  const q = useDeferredValue(typed.trim());
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useChats(apiKeyId, q);
  const pages = data?.pages ?? [];
  const chats = [...new Map(pages.flatMap((page) => page.chats).map((chat) => [chat.id, chat])).values()];
  return (
    <section className="chats card" aria-label="Conversations">
      <TextField
        label={<span className="hidden-words">Find a conversation</span>}
        type="search"
        placeholder="Find by number or name"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
      />
      {/* Beside an open conversation, that says it. */}
      <Problem error={current === null || data === undefined ? error : null} />
      {data === undefined && error === null && <Reading />}
      {data !== undefined && chats.length === 0 && (
        <p className="quiet">
          {q === ""
            ? "No conversations yet: they begin with the first message, yours or theirs."
            : "Nobody is like that."}
        </p>
      )}
      <ul>
        {chats.map((chat) => (
          <li key={chat.id}>
            <Entry apiKeyId={apiKeyId} chat={chat} isOpen={chat.id === current} />
          </li>
        ))}
      </ul>
      <Pager hasMore={hasNextPage} isBusy={isFetchingNextPage} onMore={fetchNextPage} more="Older conversations" />
    </section>
  );
}

function Entry({ apiKeyId, chat, isOpen }: { apiKeyId: string; chat: Chat; isOpen: boolean }) {
  const { last_message: last } = chat;
  return (
    <Link
      className="chat"
      to={`/inbox/${apiKeyId}`}
      search={{ chat: chat.id }}
      aria-current={isOpen ? "true" : undefined}
      activeProps={{}}
    >
      <span className="chat-who">
        <bdi title={chat.id}>{nameOfChat(chat)}</bdi>
      </span>
      <span className="chat-when quiet small">
        <TimeAgo at={chat.last_message_time} isShort />
      </span>
      <span className="chat-last quiet small">
        {last.direction === "outbound" && "You: "}
        <bdi>{last.text || "no text"}</bdi>
      </span>
    </Link>
  );
}
