import type { Operation } from "../operation.ts";
import { imessageOnly } from "../v2/unsupported.ts";

const imessageTag = "iMessage lines only";

/** What each group of calls is about, in the order of the document. */
export const tagWords: Readonly<Record<string, string>> = {
  Messages: "Sending, reading and cancelling messages. A send is stored before it is answered, and leaves once.",
  Chats: "Conversations of the key's pool: who, how many messages, what came last.",
  Me: "The key in use and its numbers.",
  Webhooks: "Where a key's events go, how they fared there, and delivering them again.",
  Events: "The pull side of webhooks: everything that happened, in order.",
  Campaigns:
    "One text with fields for a list of people, sent as fast as the numbers may without slowing a conversation.",
  Contacts: "People as this key knows them: names and tags.",
  "Phone numbers": "What a number is, from the numbering plans.",
  "v4 (beta)":
    "The same messages, people and webhooks in the words of Blooio's v4: channels and chats with ids that hold addresses. Its errors are `{error: {code, message, details}}`, at the door (401) those of v2.",
  Organizations: "Who the keys, accounts and numbers belong to.",
  "API keys": "Making, changing, rotating and revoking keys.",
  "Twilio accounts": "Connecting an account, trying it, and importing its numbers.",
  "iMessage lines": "Connecting a Mac that runs BlueBubbles Server, and trying it.",
  Numbers: "Every number there is, the key it is assigned to, and its pace.",
  Pools: "A key's numbers, what it would choose and why, who is sticky to which number, and who opted out.",
  "Key contacts": "A key's people from the admin's side: names and tags.",
  "Key campaigns": "A key's campaigns from the admin's side.",
  "Key messages": "A key's messages and conversations from the admin's side: finding, reading, sending, cancelling.",
  "Organization webhooks": "Webhooks of a whole organization, or of one of its keys, from the admin's side.",
  "Trying it": "Test messages, and messages from the sandbox's people.",
  Sessions: "Who is signed in to the dashboard, and signing everybody out.",
  Moving: "Everything of a gateway into a file, and into a new gateway.",
  "Master keys": "Replacing the key under which secrets are sealed.",
  Health: "Whether the gateway lives, and whether everything is in order.",
  [imessageTag]:
    "What Blooio's clients know and only an iMessage line can do, as far as its Mac can (`not_supported_on_line` otherwise): reactions, polls, backgrounds, groups, location, FaceTime, contact cards. A key with Twilio numbers is answered 400 `not_supported_on_twilio`; typing and read receipts answer 200 with a `warning`, and its list of groups is empty.",
};

/** Returns the groups under which a call stands: its own, or the one at the end for what only an iMessage line can do. */
export function tagsOf(operation: Operation): readonly string[] {
  return imessageOnly.includes(operation) ? [imessageTag] : operation.tags;
}

/** Returns every group that the operations make, what only an iMessage line can do last. */
export function listTags(operations: readonly Operation[]): string[] {
  const names = new Set(operations.flatMap(tagsOf));
  const last = names.delete(imessageTag) ? [imessageTag] : [];
  return [...names, ...last];
}
