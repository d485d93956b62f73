import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type Answer, call } from "../api.ts";
import { Empty } from "./empty.tsx";
import { Pager } from "./pager.tsx";
import { PhoneNumber } from "./phone-number.tsx";
import { Problem } from "./problem.tsx";
import { Reading } from "./reading.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { type Column, Table } from "./table.tsx";
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
  if (data === undefined) return error === null ? <Reading /> : <Problem error={error} />;
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
      <Pager hasMore={hasNextPage} isBusy={isFetchingNextPage} onMore={fetchNextPage} more="Older messages" />
    </>
  );
}

function MessageTable({ apiKeyId, messages }: { apiKeyId: string; messages: Found[] }) {
  const columns: [Column<Found>, ...Column<Found>[]] = [
    {
      head: "Contact",
      cell: (message) => (
        <Link to="/messages/$apiKeyId/$messageId" params={{ apiKeyId, messageId: message.message_id }}>
          <PhoneNumber address={message.chat_id} />
        </Link>
      ),
    },
    {
      head: "Text",
      cell: ({ text }) => (
        <span dir="auto" className="text">
          {text ?? "(no text)"}
        </span>
      ),
    },
    { head: "Status", cell: ({ status }) => <StatusBadge status={status ?? "received"} /> },
    { head: "Direction", cell: ({ direction }) => direction },
    { head: "When", cell: (message) => <TimeAgo at={message.time_sent} /> },
  ];
  return <Table caption="Newest first" columns={columns} rows={messages} keyOf={(message) => message.message_id} />;
}
