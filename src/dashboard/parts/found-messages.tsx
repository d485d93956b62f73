import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Answer, call } from "../api.ts";
import { Empty } from "./empty.tsx";
import { Problem } from "./problem.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { TimeAgo } from "./time-ago.tsx";

type Found = Answer<"searchKeyMessages">["messages"][number];

/** A key's messages, newest first, each leading to its life. */
export function FoundMessages({ apiKeyId }: { apiKeyId: string }) {
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["messages", apiKeyId],
    queryFn: ({ pageParam }) =>
      call("searchKeyMessages", {
        params: { apiKeyId },
        query: pageParam === null ? {} : { before: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_before,
  });
  if (data === undefined) return error === null ? <p>Reading …</p> : <Problem error={error} />;
  const messages = data.pages.flatMap((page) => page.messages);
  return (
    <>
      <Problem error={error} />
      {messages.length === 0 && !hasNextPage ? (
        <Empty title="No messages yet">
          <p>Every message of this key is listed here with what became of it. Send the first one above.</p>
        </Empty>
      ) : (
        <MessageTable apiKeyId={apiKeyId} messages={messages} />
      )}
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => fetchNextPage()}>
          {isFetchingNextPage ? "Reading …" : "Older messages"}
        </button>
      )}
    </>
  );
}

function MessageTable({ apiKeyId, messages }: { apiKeyId: string; messages: Found[] }) {
  return (
    <table>
      <caption>Newest first</caption>
      <thead>
        <tr>
          <th scope="col">Contact</th>
          <th scope="col">Text</th>
          <th scope="col">Status</th>
          <th scope="col">Direction</th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {messages.map((message) => (
          <tr key={message.message_id}>
            <th scope="row">
              <Link
                to="/messages/$apiKeyId/$messageId"
                params={{ apiKeyId, messageId: message.message_id }}
                className="mono"
              >
                {message.chat_id}
              </Link>
            </th>
            <td dir="auto" className="text">
              {message.text ?? "(no text)"}
            </td>
            <td>
              <StatusBadge status={message.status ?? "received"} />
            </td>
            <td>{message.direction}</td>
            <td>
              <TimeAgo at={message.time_sent} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
