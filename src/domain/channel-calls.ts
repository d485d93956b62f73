/** What may be asked of a key's object in the words of channels: a sender of ours is one, and what is said between it and a person is a chat. */
import type { Pair } from "./channel-ids.ts";
import type { ContactPage, ContactView } from "./contact-view.ts";
import type { EventName } from "./event.ts";
import type { Draft, Message } from "./message.ts";
import type { Preview } from "./preview.ts";
import type { Capabilities, NumberType, SenderChannel } from "./snapshot.ts";
import type { Happening } from "./timeline.ts";

/** One of the pool's senders. `since` is when the gateway came to know it, epoch milliseconds. */
export type ChannelView = {
  address: string;
  channel: SenderChannel;
  type: NumberType;
  isActive: boolean;
  capabilities: Capabilities;
  /** Whether a Messaging Service sends by SMS what it cannot send by RCS. */
  fallsBack: boolean;
  since: number;
  lastActiveAt: number | null;
};

/** A chat. `sender` is null where the number has left the pool; times in epoch milliseconds. */
export type PairView = Pair & {
  sender: ChannelView | null;
  isGroup: boolean;
  isContact: boolean;
  optedOut: boolean;
  firstAt: number;
  lastAt: number;
  lastInboundAt: number | null;
};

/** Where a list of chats goes on: at the person with this last message, behind so many of their chats. */
export type PairCursor = { last: number; passed: number };

/** A contact with the last message that it was part of. */
export type SpokenContact = ContactView & { last: Pick<Message, "direction" | "text" | "status"> | null };

/** What is delivered of one event to one webhook: its attempts so far, and when the next is due. */
export type DeliveryView = {
  webhookId: string;
  eventId: string;
  eventName: EventName;
  attempts: number;
  status: number | null;
  firstAt: number;
  lastAt: number;
  nextAt: number | null;
};

export type EventQuery = {
  limit: number;
  before: number | null;
  /** A name, `prefix.*`, or null for all. */
  name: string | null;
  chat: Pair | null;
  messageId: string | null;
};

export type ChannelCall =
  | { kind: "preview"; drafts: Draft[] }
  | { kind: "channels" }
  | { kind: "chats"; number: string | null; person: string | null; cursor: PairCursor | null; limit: number }
  | { kind: "chat"; pair: Pair }
  | { kind: "messages"; pair: Pair; order: "asc" | "desc"; after: number | null; limit: number }
  | { kind: "message"; pair: Pair; messageId: string; story: boolean }
  | { kind: "contacts"; query: ContactPage }
  | { kind: "contact"; id: string }
  | { kind: "tagged"; tag: string; limit: number; offset: number }
  | { kind: "deliveries"; webhookId: string; limit: number; offset: number }
  | { kind: "events"; query: EventQuery }
  | { kind: "event"; eventId: string };

/** What each call answers with, beside whether the key holds iMessage lines. */
export type ChannelAnswers = {
  preview: { preview: Preview };
  channels: { channels: ChannelView[] };
  chats: { chats: PairView[]; next: PairCursor | null };
  chat: { chat: PairView };
  messages: { messages: Message[]; next: number | null };
  message: { message: Message; events: (Happening & { eventId: string })[] };
  contacts: { contacts: SpokenContact[]; total: number };
  contact: { contact: SpokenContact };
  tagged: { contacts: SpokenContact[]; total: number };
  deliveries: { deliveries: DeliveryView[]; more: boolean };
  events: { bodies: string[]; next: number | null };
  event: { body: string };
};
export type ChannelAnswer<K extends ChannelCall["kind"]> = ChannelAnswers[K] & { lines: boolean };
