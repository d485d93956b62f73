import type { Step } from "./script.ts";

export type StoredMessage = {
  sid: string;
  createdAt: number;
  sentAt: number | null;
  direction: "inbound" | "outbound-api";
  sender: string;
  recipient: string;
  body: string;
  media: { sid: string; contentType: string }[];
  status: string;
  errorCode: number | null;
  statusCallback: string | null;
  messagingServiceSid: string | null;
};

export type StoredNumber = {
  sid: string;
  phoneNumber: string;
  friendlyName: string;
  mms: boolean;
  webhooks: Record<string, string>;
};

export type DueStep = { dueAt: number; token: string; messageSid: string; step: Step; attempt: number };

const messageColumns = `sid, created_at AS createdAt, sent_at AS sentAt, direction, sender, recipient, body, media, status,
  error_code AS errorCode, status_callback AS statusCallback, messaging_service_sid AS messagingServiceSid`;
const numberColumns = "sid, phone_number AS phoneNumber, friendly_name AS friendlyName, mms, webhooks";

/** Keeps a new message. */
export function insertMessage(sql: SqlStorage, message: StoredMessage): void {
  sql.exec(
    "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    message.sid,
    message.createdAt,
    message.sentAt,
    message.direction,
    message.sender,
    message.recipient,
    message.body,
    JSON.stringify(message.media),
    message.status,
    message.errorCode,
    message.statusCallback,
    message.messagingServiceSid,
  );
}

/** Returns one message, or null. */
export function findMessage(sql: SqlStorage, sid: string): StoredMessage | null {
  const row = sql.exec<Row>(`SELECT ${messageColumns} FROM messages WHERE sid = ?`, sid).toArray()[0];
  return row === undefined ? null : readMessage(row);
}

/** Returns a page of messages between the given addresses, newest first, and one more when there are more. */
export function listMessages(
  sql: SqlStorage,
  filter: { to: string | null; from: string | null },
  page: { size: number; skip: number },
): StoredMessage[] {
  return sql
    .exec<Row>(
      `SELECT ${messageColumns} FROM messages WHERE (?1 IS NULL OR recipient = ?1) AND (?2 IS NULL OR sender = ?2)
       ORDER BY created_at DESC, sid LIMIT ?3 OFFSET ?4`,
      filter.to,
      filter.from,
      page.size + 1,
      page.skip,
    )
    .toArray()
    .map(readMessage);
}

/** Moves a message on to another status. */
export function moveMessage(sql: SqlStorage, sid: string, status: string, errorCode: number | null, now: number): void {
  const change = "UPDATE messages SET status = ?, error_code = ?, sent_at = COALESCE(sent_at, ?) WHERE sid = ?";
  sql.exec(change, status, errorCode, status === "queued" ? null : now, sid);
}

/** Returns all numbers whose digits contain `part`. */
export function listNumbers(sql: SqlStorage, part: string): StoredNumber[] {
  const rows = sql.exec<Row>(`SELECT ${numberColumns} FROM numbers ORDER BY phone_number`).toArray();
  return rows.map(readNumber).filter(({ phoneNumber }) => phoneNumber.includes(part));
}

/** Returns one number by its id or its phone number, or null. */
export function findNumber(sql: SqlStorage, key: string): StoredNumber | null {
  const query = `SELECT ${numberColumns} FROM numbers WHERE sid = ?1 OR phone_number = ?1`;
  const row = sql.exec<Row>(query, key).toArray()[0];
  return row === undefined ? null : readNumber(row);
}

/** Sets a number's webhooks. */
export function updateNumber(sql: SqlStorage, sid: string, webhooks: Record<string, string>, now: number): void {
  sql.exec("UPDATE numbers SET webhooks = ?, changed_at = ? WHERE sid = ?", JSON.stringify(webhooks), now, sid);
}

/** Returns where an address's inbound messages go. WhatsApp senders have no number resource: theirs go where the number changed last sends its own. */
export function findInboundUrl(sql: SqlStorage, address: string): string {
  const own = findNumber(sql, address)?.webhooks;
  if (own !== undefined) return own.sms_application_sid ? "" : (own.sms_url ?? "");
  const rows = sql.exec<Row>(`SELECT ${numberColumns} FROM numbers ORDER BY changed_at DESC`).toArray();
  return rows.map((row) => readNumber(row).webhooks.sms_url ?? "").find((url) => url !== "") ?? "";
}

/** Plans a step of a message's life. */
export function insertStep(sql: SqlStorage, { dueAt, token, messageSid, step, attempt }: DueStep): void {
  sql.exec("INSERT INTO steps VALUES (?, ?, ?, ?, ?)", dueAt, token, messageSid, JSON.stringify(step), attempt);
}

/** Returns the steps due by `now`, oldest first, at most `limit`. */
export function dueSteps(sql: SqlStorage, now: number, limit: number): DueStep[] {
  const query = `SELECT due_at AS dueAt, token, message_sid AS messageSid, step, attempt FROM steps
    WHERE due_at <= ? ORDER BY due_at, token LIMIT ?`;
  const rows = sql.exec<Omit<DueStep, "step"> & { step: string }>(query, now, limit).toArray();
  return rows.map((row) => ({ ...row, step: JSON.parse(row.step) }));
}

/** Forgets a step that is done. */
export function deleteStep(sql: SqlStorage, { dueAt, token }: DueStep): void {
  sql.exec("DELETE FROM steps WHERE due_at = ? AND token = ?", dueAt, token);
}

/** Returns when the next step is due, or null. */
export function nextDue(sql: SqlStorage): number | null {
  return sql.exec<{ dueAt: number | null }>("SELECT MIN(due_at) AS dueAt FROM steps").one().dueAt;
}

/** Notes that a contact stopped or resumed messages from one number. */
export function setBlock(sql: SqlStorage, number: string, contact: string, blocked: boolean): void {
  if (blocked) sql.exec("INSERT OR IGNORE INTO blocks VALUES (?, ?)", number, contact);
  else sql.exec("DELETE FROM blocks WHERE number = ? AND contact = ?", number, contact);
}

/** Tells whether a contact stopped messages from one number. */
export function isBlocked(sql: SqlStorage, number: string, contact: string): boolean {
  const query = "SELECT COUNT(*) AS count FROM blocks WHERE number = ? AND contact = ?";
  return sql.exec<{ count: number }>(query, number, contact).one().count > 0;
}

/** Returns how often this send has been turned away, this time included. */
export function countRefusal(sql: SqlStorage, send: string): number {
  const count = "INSERT INTO refusals VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times";
  return sql.exec<{ times: number }>(count, send).one().times;
}

type Row = Record<string, SqlStorageValue>;

/** Rows hold what the functions above wrote: JSON in `media` and `webhooks`, and the columns' own types elsewhere. */
function readMessage(row: Row): StoredMessage {
  return { ...(row as unknown as StoredMessage), media: JSON.parse(String(row.media)) };
}

function readNumber(row: Row): StoredNumber {
  const webhooks = JSON.parse(String(row.webhooks));
  return { ...(row as unknown as StoredNumber), mms: row.mms === 1, webhooks };
}
