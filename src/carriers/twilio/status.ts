import type { MessageStatus } from "../../domain/message.ts";

const statuses: ReadonlyMap<string, MessageStatus> = new Map([
  ["accepted", "queued"],
  ["scheduled", "queued"],
  ["queued", "queued"],
  ["sending", "sending"],
  ["sent", "sent"],
  ["delivered", "delivered"],
  ["partially_delivered", "delivered"],
  ["undelivered", "undelivered"],
  ["failed", "failed"],
  ["read", "read"],
  ["canceled", "cancelled"],
  ["receiving", "received"],
  ["received", "received"],
]);

/** Returns our word for one of Twilio's thirteen message statuses, null for any other word. Source: `message_enum_status` of Twilio's 2010 API. */
export function readStatus(word: string): MessageStatus | null {
  return statuses.get(word) ?? null;
}
