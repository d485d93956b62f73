import type { ChatTarget, Outgoing } from "../../carriers/carrier.ts";
import { isGroupId } from "../../domain/event.ts";
import { type Fell, readFell } from "../../domain/fallback.ts";
import { rowId } from "../../domain/ids.ts";
import type { SendExtras } from "../../domain/message.ts";
import { unsetAddress } from "../../domain/public-address.ts";
import type { Account, SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { isOffIMessage } from "../fallback/fall-back.ts";
import { findPlace } from "../ledger/cursors.ts";
import { findGroup, membersOf } from "../ledger/groups.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";

/** Without them Twilio repeats a callback only where no connection came about (webhooks-connection-overrides), and a status would be lost. */
const callbackOverrides = "#rc=3&rp=all";

/** Returns what a message is to its carrier: where to, its words and wishes, and how its status is told. */
export function composeOutgoing(desk: Desk, row: MessageRow, account: Account, poolReference: string): Outgoing {
  const detail = JSON.parse(row.detail) as Detail;
  const messageId = rowId("msg", row.seq, desk.tag);
  const query = new URLSearchParams({ pool: poolReference, message: messageId });
  return {
    to: detail.to ?? row.chat,
    from: row.number,
    text: row.text,
    mediaUrls: detail.attachments.map((attachment) => attachment.url),
    reference: {
      messageId,
      callbackUrl: `${desk.addresses.current ?? unsetAddress}/twilio/${account.id}/status?${query}${callbackOverrides}`,
    },
    extras: wishesOf(desk, row, account),
    ...(account.kind === "bluebubbles" ? { chat: targetOf(desk, row) } : {}),
    ...(account.kind === "bluebubbles" && isOffIMessage(desk, row.chat) ? { reachable: false } : {}),
  };
}

/** Returns the chat that a line's message goes to, as the Mac names it where that is known; of a group also its people, with whom it is made. */
export function targetOf(desk: Desk, { chat, account }: Pick<MessageRow, "chat" | "account">): ChatTarget {
  const group = isGroupId(chat) ? findGroup(desk.sql, chat) : null;
  const members = group === null ? null : membersOf(group).map(({ address }) => address);
  return { id: findPlace(desk.sql, account, chat), members };
}

/** Returns a message's wishes to its network, with the Messaging Service that its number or account names where it names none itself. */
export function wishesOf(desk: Desk, row: MessageRow, account: Account): SendExtras {
  const { extras, carrier } = JSON.parse(row.detail) as Detail;
  if (account.kind === "bluebubbles") return lineWishesOf(desk, extras, readFell(carrier));
  const number: SenderNumber | null = desk.findNumber(row.number);
  // An account's service need not hold the agent: one that falls back for it is named at the agent.
  const ofAccount = isAgent(row.number) ? null : account.messagingServiceSid;
  const service = extras.messagingServiceSid ?? number?.messagingServiceSid ?? ofAccount;
  return { ...extras, ...(service == null ? {} : { messagingServiceSid: service }) };
}

/** Returns the Messaging Service that picks who sends for an agent, or null: another number sends by itself, in a service too. */
export function servicePicking(
  sender: string,
  own: SendExtras,
  { messagingServiceSid }: Partial<SenderNumber> = {},
): string | null {
  return isAgent(sender) ? (own.messagingServiceSid ?? messagingServiceSid ?? null) : null;
}

function isAgent(address: string): boolean {
  return address.startsWith("rcs:");
}

/** What was tried by iMessage before leaves as plain SMS. */
function lineWishesOf(desk: Desk, extras: SendExtras, fell: Fell | null): SendExtras {
  if (fell?.to === "line_sms") return { ...plainly(extras), lineSms: "only" };
  return desk.snapshot.apiKey.fallback?.to === "line_sms" ? { ...extras, lineSms: true } : extras;
}

function plainly({
  effect: _effect,
  replyTo: _reply,
  typingFirst: _typing,
  shareContact: _card,
  ...extras
}: SendExtras) {
  return extras;
}
