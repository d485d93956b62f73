import { newSid } from "./sid.ts";
import { insertMessage, insertStep, type StoredMessage, setBlock } from "./store.ts";

const stopWords = new Set(["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"]);
const startWords = new Set(["START", "YES", "UNSTOP"]);

/** Keeps a message that a person wrote to one of our numbers, honours STOP and START as Twilio does, and plans its callback for now. */
export function writeInbound(
  sql: SqlStorage,
  { from, to, text, media }: { from: string; to: string; text: string; media: number },
  now: number,
): StoredMessage {
  const message: StoredMessage = {
    sid: newSid(media > 0 ? "MM" : "SM"),
    createdAt: now,
    sentAt: now,
    direction: "inbound",
    sender: from,
    recipient: to,
    body: text,
    media: Array.from({ length: media }, () => ({ sid: newSid("ME"), contentType: "image/png" })),
    status: "received",
    errorCode: null,
    statusCallback: null,
    messagingServiceSid: null,
  };
  insertMessage(sql, message);
  const word = text.trim().toUpperCase();
  if (stopWords.has(word)) setBlock(sql, to, from, true);
  if (startWords.has(word)) setBlock(sql, to, from, false);
  const step = { kind: "arrive", afterMs: 0 } as const;
  insertStep(sql, { dueAt: now, token: crypto.randomUUID(), messageSid: message.sid, step, attempt: 0 });
  return message;
}
