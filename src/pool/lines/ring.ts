import { readCursor } from "../../carriers/bluebubbles/cursor.ts";
import type { LineRing } from "../../domain/calls/inbound.ts";
import { isGroupId } from "../../domain/event.ts";
import type { Desk } from "../desk.ts";
import { findChat } from "../ledger/chats.ts";
import { findCursor, findPlaced } from "../ledger/cursors.ts";
import { noteCall } from "../receiving/receive.ts";
import { emitChatEvent } from "../telling/outbox.ts";
import { ringMac } from "./look.ts";

/** Heeds a Mac's bell: a message is only ever read from the Mac; typing and calls, which leave no row, are told of people that are known here. */
export function heedRing(desk: Desk, ring: LineRing): null {
  switch (ring.kind) {
    case "ring":
      ringMac(desk, ring.accountId, ring.edits);
      break;
    case "typing":
      tellTyping(desk, ring);
      break;
    case "call":
      tellCall(desk, ring);
  }
  return null;
}

function tellTyping(desk: Desk, { accountId, chat: place, isTyping }: Extract<LineRing, { kind: "typing" }>): void {
  const chat = findPlaced(desk.sql, accountId, place);
  if (chat === null || isGroupId(chat)) return;
  const line = lineOf(desk, accountId, chat);
  if (line === null) return;
  const facts = { external_id: chat, internal_id: line, sender: chat, protocol: "imessage" };
  desk.transact(() => emitChatEvent(desk, isTyping ? "typing.started" : "typing.stopped", facts));
}

/** The line that the chat is with: the one that the person wrote to last, else the Mac's first. */
function lineOf(desk: Desk, accountId: string, chat: string): string | null {
  const row = findChat(desk.sql, chat);
  const own = desk.snapshot.numbers.filter((number) => number.accountId === accountId).map(({ address }) => address);
  return (
    own.find((line) => line === row?.replied_number) ??
    own.find((line) => line === row?.sticky_number) ??
    own[0] ??
    null
  );
}

function tellCall(desk: Desk, { accountId, callId, address }: Extract<LineRing, { kind: "call" }>): void {
  const line = lineOf(desk, accountId, address);
  if (line === null || callId === null) return;
  noteCall(desk, { providerId: `facetime:${callId}`, from: address, to: line, forwardedTo: null });
}

/** Returns how far a Mac was read, as a line's mark: the row, from when on it counts, and the ids of rows before it that are not whole yet. */
export function lineMarkOf(desk: Desk, accountId: string): string | null {
  const cursor = readCursor(findCursor(desk.sql, accountId)?.cursor ?? "");
  return cursor && [cursor.row, cursor.since, ...cursor.waiting.map(([id]) => id)].join("@");
}
