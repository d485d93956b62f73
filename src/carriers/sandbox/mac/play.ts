import { answeringPerson, findMacScript, type MacStep } from "./script.ts";
import { addMessage, changeChat, changeMessage, findChat, type MacChatRow, openChat } from "./store.ts";

/** A step of a message's life: whose chat it is in, which message it is about, and who acts. */
type Planned = { step: MacStep; chat: number; guid: string; who: string };
export type Hook = { id: number; url: string; events: string[] };

/** Plans what a message to a chat leads to; in a group only who answers does something. */
export function planSteps(sql: SqlStorage, chat: MacChatRow, guid: string, now: number): void {
  const isGroup = chat.style === 43;
  const who = isGroup ? (chat.members.find((member) => member === answeringPerson) ?? "") : chat.identifier;
  for (const step of findMacScript(who).steps) plan(sql, { step, chat: chat.ROWID, guid, who }, now);
}

function plan(sql: SqlStorage, planned: Planned, now: number): void {
  sql.exec(
    "INSERT INTO mac_steps (due_at, planned) VALUES (?, ?)",
    now + planned.step.afterMs,
    JSON.stringify(planned),
  );
}

/** Returns when the next step is due, or null. */
export function nextMacStep(sql: SqlStorage): number | null {
  return sql.exec<{ due: number | null }>("SELECT min(due_at) AS due FROM mac_steps").one().due;
}

/** Plays the steps that are due, each with its row in one block, and returns what the webhooks are to be told. */
export function playMacSteps(sql: SqlStorage, now: number): { type: string; data: unknown }[] {
  const due = sql
    .exec<{ id: number; planned: string }>(
      "SELECT id, planned FROM mac_steps WHERE due_at <= ? ORDER BY due_at, id",
      now,
    )
    .toArray();
  return due.flatMap(({ id, planned }) => {
    sql.exec("DELETE FROM mac_steps WHERE id = ?", id);
    return play(sql, JSON.parse(planned) as Planned, now);
  });
}

function play(sql: SqlStorage, { step, chat: place, guid, who }: Planned, now: number) {
  const chat = findChat(sql, place);
  if (chat === null) return [];
  switch (step.kind) {
    case "deliver":
      changeMessage(sql, guid, { isDelivered: true, dateDelivered: now, error: 0 });
      return [{ type: "updated-message", data: { guid } }];
    case "read":
      changeMessage(sql, guid, { dateRead: now });
      return [{ type: "updated-message", data: { guid } }];
    case "fail":
      changeMessage(sql, guid, { error: step.error });
      return [{ type: "updated-message", data: { guid } }];
    case "typing":
      return chat.style === 43 ? [] : [{ type: "typing-indicator", data: { display: step.isTyping, guid: chat.guid } }];
    case "text":
      return [writeAs(sql, chat, { from: who, text: step.text, media: step.media ?? 0 }, now)];
    case "react": {
      const more = { associatedMessageType: step.reaction, associatedMessageGuid: `p:0/${guid}` };
      return [writeAs(sql, chat, { from: who, text: "Loved the message", media: 0, more }, now)];
    }
    case "group": {
      const group = openChat(sql, [who, answeringPerson], chat.line);
      return [writeAs(sql, group, { from: who, text: step.text, media: 0 }, now)];
    }
  }
}

type Written = { from: string; text: string; media: number; more?: Record<string, unknown> };

/** Keeps what a person writes in a chat, and returns what the webhooks are told of it. */
export function writeAs(sql: SqlStorage, chat: MacChatRow, { from, text, media, more = {} }: Written, now: number) {
  const body = { text, handle: handleOf(from), attachments: picturesOf(media), ...more };
  return { type: "new-message", data: { guid: addMessage(sql, { chat, isFromMe: false, now, body }) } };
}

/** A person writes to one of the Mac's addresses; from then on the Mac answers them from it. */
export function writeTo(sql: SqlStorage, to: string, written: Written, now: number) {
  const chat = openChat(sql, [written.from], to);
  changeChat(sql, chat, { line: to });
  return writeAs(sql, { ...chat, line: to }, written, now);
}

/** Returns how the server writes who a message is from. */
export function handleOf(address: string) {
  return { address, service: "iMessage" };
}

/** Returns so many pictures as the server writes them. */
export function picturesOf(count: number) {
  return Array.from({ length: count }, () => ({
    guid: crypto.randomUUID(),
    mimeType: "image/png",
    transferName: "pixel.png",
    totalBytes: 70,
    transferState: 5,
  }));
}

/** Returns the webhooks that the Mac rings. */
export function listHooks(sql: SqlStorage): Hook[] {
  return sql
    .exec<{ id: number; url: string }>("SELECT id, url FROM hooks ORDER BY id")
    .toArray()
    .map(({ id, url }) => ({ id, url, events: ["*"] }));
}
