import type { Chat } from "../queries/inbox.ts";
import { readAddress } from "./phone-number.tsx";

/** Returns whom a conversation is with, as people say it: by name, a group without one by how many others are in it. */
export function nameOfChat(chat: Pick<Chat, "id" | "contact" | "is_group" | "group_name" | "member_count">): string {
  if (chat.is_group) return chat.group_name ?? `Group of ${chat.member_count}`;
  return chat.contact?.name ?? readAddress(chat.id).words;
}
