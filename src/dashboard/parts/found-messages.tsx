import { Link } from "@tanstack/react-router";
import type { FoundMessage } from "../queries/messages.ts";
import { PhoneNumber, readAddress } from "./phone-number.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { type Column, Table } from "./table.tsx";
import { TimeAgo } from "./time-ago.tsx";

/** A key's messages, newest first, each leading to its life. */
export function FoundMessages({ apiKeyId, messages }: { apiKeyId: string; messages: readonly FoundMessage[] }) {
  const columns: [Column<FoundMessage>, ...Column<FoundMessage>[]] = [
    {
      head: "Contact",
      cell: (message) => (
        <span className="row who">
          <span className="quiet small">{message.direction === "inbound" ? "from" : "to"}</span>
          <Link to="/messages/$apiKeyId/$messageId" params={{ apiKeyId, messageId: message.message_id }}>
            {message.contact?.name == null ? (
              <PhoneNumber address={message.chat_id} />
            ) : (
              <bdi title={message.chat_id}>{message.contact.name}</bdi>
            )}
          </Link>
        </span>
      ),
    },
    { head: "Text", kind: "wide", cell: (message) => <Excerpt message={message} /> },
    { head: "Status", kind: "plain", cell: (message) => <StatusBadge status={stateOf(message)} /> },
    {
      head: "Our number",
      kind: "plain",
      cell: ({ internal_id: number }) => number !== null && <OurNumber address={number} />,
    },
    {
      head: "When",
      kind: "plain",
      cell: (message) => (
        <span className="nowrap small">
          <TimeAgo at={message.time_sent} isShort />
        </span>
      ),
    },
  ];
  return <Table caption="Newest first" columns={columns} rows={messages} keyOf={(message) => message.message_id} />;
}

/** Returns a message's state in one word, `scheduled` and `unknown` told apart from what merely waits. */
export function stateOf(message: Pick<FoundMessage, "status" | "internal_status" | "outcome_unknown">): string {
  if (message.outcome_unknown === true && message.status === "queued") return "unknown";
  if (message.internal_status === "scheduled" || message.internal_status === "read") return message.internal_status;
  return message.status ?? "received";
}

function OurNumber({ address }: { address: string }) {
  return (
    <bdi className="mono small nowrap" title={address}>
      {readAddress(address).words}
    </bdi>
  );
}

function Excerpt({ message: { text, attachments, kind } }: { message: FoundMessage }) {
  const files = attachments.length === 1 ? "1 file" : `${attachments.length} files`;
  return (
    <>
      {text !== null && text !== "" && (
        <span dir="auto" className="text excerpt">
          {text}
        </span>
      )}
      {attachments.length > 0 && <span className="quiet small">{files}</span>}
      {!text && attachments.length === 0 && <span className="quiet">{kind ?? "no text"}</span>}
    </>
  );
}
