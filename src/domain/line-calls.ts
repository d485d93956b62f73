import type { Direction } from "./message.ts";

/** What can be asked of a line in a conversation, beside sending. */
export type ChatCall =
  | { kind: "react"; messageId: string; reaction: string; remove: boolean; direction: Direction | null }
  | { kind: "typing"; isTyping: boolean }
  | { kind: "read" }
  | { kind: "share_contact" };
/** What it came to: the message that was meant, and a warning where less was done than asked. */
export type ChatAnswer = { chatId: string; messageId: string | null; at: number; warning: string | null };

/** What can be asked of a line by itself. */
export type LineCall =
  | { kind: "contact_card"; number: string }
  | { kind: "facetime"; handle: string }
  | { kind: "locations"; refresh: boolean; handle: string | null };
export type LocationView = { handle: string; coordinates: [number, number]; status: string; lastUpdated: number };
export type LineAnswer =
  | { kind: "contact_card"; number: string; name: string | null; avatar: string | null }
  | { kind: "facetime"; handle: string; link: string }
  | { kind: "locations"; friends: LocationView[] };

export type GroupPerson = { contactId: string; identifier: string; name: string | null; addedAt: number };
/** A group as callers see it; `guid` is the network's name of it, null until it was made there. */
export type GroupView = {
  id: string;
  name: string | null;
  guid: string | null;
  iconUrl: string | null;
  members: GroupPerson[];
  messageCount: number;
  lastMessage: { text: string | null; direction: Direction; at: number } | null;
  createdAt: number;
};
/** What the Mac made of a change: whether it stands there too. */
export type GroupSync = { guid: string; synced: boolean; error: string | null };

/** A picture as it came, and its media type. */
export type GroupIcon = { bytes: Uint8Array; type: string };

export type GroupCall =
  | { kind: "create"; name: string | null; guid: string | null; members: string[] }
  | { kind: "rename"; groupId: string; name: string }
  | { kind: "delete"; groupId: string }
  | { kind: "add_member" | "remove_member"; groupId: string; contact: string }
  | { kind: "set_icon"; groupId: string; icon: GroupIcon }
  | { kind: "remove_icon"; groupId: string };
/** What a change of a group came to: the group, what of its people is new (`added`, `known` for who was one before), and what the Mac made of it. */
export type GroupAnswer = {
  group: GroupView;
  sync: GroupSync | null;
  person: GroupPerson | null;
  wasMember: boolean;
  newContacts: string[];
  at: number;
};
export type GroupQuery = {
  q: string | null;
  sort: "recent" | "oldest" | "name_asc" | "name_desc";
  limit: number;
  offset: number;
};
