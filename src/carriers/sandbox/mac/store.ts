/** The rows of a Mac of the sandbox: what can be asked about by SQL is a column, all else stands in `body` as the server writes it. */
export type MacMessage = {
  ROWID: number;
  guid: string;
  chat: number;
  isFromMe: boolean;
  body: Record<string, unknown>;
};
export type MacChatRow = {
  ROWID: number;
  guid: string;
  style: 43 | 45;
  identifier: string;
  name: string;
  members: string[];
  line: string;
};
export type NewMessage = {
  chat: MacChatRow;
  isFromMe: boolean;
  now: number;
  body: Record<string, unknown>;
  line?: string;
};

type Row = Record<string, SqlStorageValue>;

const columns = `message.ROWID AS place, message.guid AS guid, message.chat AS chat, message.is_from_me AS is_from_me, message.date AS date,
  message.date_edited AS date_edited, message.body AS body, chat.guid AS chat_guid, chat.style AS style,
  chat.chat_identifier AS chat_identifier, chat.display_name AS display_name, chat.members AS members,
  chat.last_addressed_handle AS line`;

/** Apple counts nanoseconds from 2001 on. */
const appleEpochMs = 978_307_200_000;

/** Returns what the server's `message/query` answers: its `where` is SQL, with named arguments. */
export function queryMessages(
  sql: SqlStorage,
  asked: {
    where?: { statement: string; args: Record<string, unknown> }[];
    after?: number;
    offset?: number;
    limit?: number;
    sort?: string;
  },
): { data: unknown[]; total: number } {
  const values: SqlStorageValue[] = [];
  const bind = (value: unknown) => {
    values.push(Array.isArray(value) ? JSON.stringify(value) : (value as SqlStorageValue));
    return "?";
  };
  const tests = (asked.where ?? []).map(({ statement, args }) =>
    statement.replace(/\(:\.\.\.(\w+)\)|:(\w+)/g, (_, list: string | undefined, one: string | undefined) =>
      list === undefined ? bind(args[one ?? ""]) : `(SELECT value FROM json_each(${bind(args[list])}))`,
    ),
  );
  if (asked.after !== undefined) tests.push(`message.date >= ${bind(asked.after)}`);
  const where = tests.length === 0 ? "" : `WHERE ${tests.join(" AND ")}`;
  const order = asked.sort === "ASC" ? "ASC" : "DESC";
  const page = `LIMIT ${Number(asked.limit ?? 100)} OFFSET ${Number(asked.offset ?? 0)}`;
  const rows = sql
    .exec<Row>(
      `SELECT ${columns} FROM message JOIN chat ON chat.ROWID = message.chat ${where} ORDER BY message.date ${order}, message.ROWID ${order} ${page}`,
      ...values,
    )
    .toArray();
  return { data: rows.map(renderRow), total: rows.length };
}

/** Returns one message as the server writes it, null where there is none. */
export function describeMessage(sql: SqlStorage, guid: string): Record<string, unknown> | null {
  const { data } = queryMessages(sql, { where: [{ statement: "message.guid = :guid", args: { guid } }] });
  return (data[0] as Record<string, unknown> | undefined) ?? null;
}

function renderRow(row: Row): Record<string, unknown> {
  return {
    originalROWID: row.place,
    guid: row.guid,
    text: null,
    handle: null,
    attachments: [],
    error: 0,
    dateCreated: row.date,
    dateRead: null,
    dateDelivered: null,
    isDelivered: false,
    isFromMe: row.is_from_me === 1,
    itemType: 0,
    associatedMessageGuid: null,
    associatedMessageType: null,
    dateEdited: row.date_edited === 0 ? null : Number(row.date_edited) / 1_000_000 + appleEpochMs,
    partCount: 1,
    ...JSON.parse(String(row.body)),
    chats: [
      {
        guid: row.chat_guid,
        style: row.style,
        chatIdentifier: row.chat_identifier,
        displayName: row.display_name,
        lastAddressedHandle: row.line,
        participants: (JSON.parse(String(row.members)) as string[]).map((address) => ({ address })),
      },
    ],
  };
}

/** Keeps a message and returns its id. */
export function addMessage(sql: SqlStorage, { chat, isFromMe, now, body, line = chat.line }: NewMessage): string {
  const guid = crypto.randomUUID().toUpperCase();
  const values = [guid, chat.ROWID, isFromMe ? 1 : 0, line, now, JSON.stringify(body)];
  sql.exec(
    "INSERT INTO message (guid, chat, is_from_me, destination_caller_id, date, body) VALUES (?, ?, ?, ?, ?, ?)",
    ...values,
  );
  return guid;
}

/** Changes what a message's row says; an edit raises its time of editing. */
export function changeMessage(sql: SqlStorage, guid: string, change: Record<string, unknown>, editedAt = 0): boolean {
  const edited = editedAt === 0 ? 0 : (editedAt - appleEpochMs) * 1_000_000;
  const cursor = sql.exec(
    "UPDATE message SET body = json_patch(body, ?), date_edited = max(date_edited, ?) WHERE guid = ? RETURNING guid",
    JSON.stringify(change),
    edited,
    guid,
  );
  return cursor.toArray().length > 0;
}

/** Returns a chat by the server's name of it, or by its place; null where there is none. */
export function findChat(sql: SqlStorage, key: string | number): MacChatRow | null {
  const [row] = sql.exec<Row>("SELECT * FROM chat WHERE guid = ?1 OR ROWID = ?1", key).toArray();
  if (row === undefined) return null;
  return {
    ROWID: Number(row.id),
    guid: String(row.guid),
    style: row.style === 43 ? 43 : 45,
    identifier: String(row.chat_identifier),
    name: String(row.display_name),
    members: JSON.parse(String(row.members)) as string[],
    line: String(row.last_addressed_handle),
  };
}

/** Returns the chat with these people, begun where there is none; who wrote to it last is answered from that line. */
export function openChat(sql: SqlStorage, members: readonly string[], line: string): MacChatRow {
  const [first = ""] = members;
  const isGroup = members.length > 1;
  const sorted = JSON.stringify(members.toSorted());
  const known = sql
    .exec<Row>("SELECT guid FROM chat WHERE members = ? AND style = ?", sorted, isGroup ? 43 : 45)
    .toArray()[0];
  const identifier = isGroup ? `chat${crypto.getRandomValues(new Uint32Array(1))[0]}` : first;
  const guid = String(known?.guid ?? `iMessage;${isGroup ? "+" : "-"};${identifier}`);
  if (known === undefined) {
    const values = [guid, isGroup ? 43 : 45, identifier, sorted, line];
    sql.exec(
      "INSERT INTO chat (guid, style, chat_identifier, display_name, members, last_addressed_handle) VALUES (?, ?, ?, '', ?, ?)",
      ...values,
    );
  }
  const chat = findChat(sql, guid);
  if (chat === null) throw new Error("A chat that was just written is not there.");
  return chat;
}

/** Changes a chat's name, people or the line that was written to last. */
export function changeChat(
  sql: SqlStorage,
  chat: MacChatRow,
  change: { name?: string; members?: string[]; line?: string },
): void {
  const { name = chat.name, members = chat.members, line = chat.line } = change;
  sql.exec(
    "UPDATE chat SET display_name = ?, members = ?, last_addressed_handle = ? WHERE ROWID = ?",
    name,
    JSON.stringify(members.toSorted()),
    line,
    chat.ROWID,
  );
}
