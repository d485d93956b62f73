import type { MacLocation } from "../../carriers/bluebubbles/account.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import type { LineAnswer, LineCall, LocationView } from "../../domain/line-calls.ts";
import { readChatId } from "../../domain/phone.ts";
import type { SenderNumber } from "../../domain/snapshot.ts";
import type { Desk } from "../desk.ts";
import { lineOfChat, needLines, openLine, readRefusal } from "./at-line.ts";

/** Asks a line something that belongs to no conversation. */
export async function callLine(desk: Desk, call: LineCall): Promise<Result<LineAnswer>> {
  const allowed = needLines(desk);
  if (!allowed.ok) return allowed;
  switch (call.kind) {
    case "contact_card":
      return contactCard(desk, call.number);
    case "facetime":
      return makeLink(desk, call.handle);
    case "locations":
      return locate(desk, call);
  }
}

async function contactCard(desk: Desk, address: string): Promise<Result<LineAnswer>> {
  const number = desk.findNumber(address.trim().toLowerCase()) ?? desk.findNumber(address);
  if (number === null) return fail("not_found", "This API key does not hold the number.");
  const line = await openLine(desk, number);
  if (!line.ok) return line;
  const card = await line.value.mac.contactCard();
  return card.ok ? ok({ kind: "contact_card", number: number.address, ...card.value }) : readRefusal(card.refusal);
}

async function makeLink(desk: Desk, raw: string): Promise<Result<LineAnswer>> {
  const read = readChatId(raw, desk.snapshot.organization.countryCode, true);
  if (!read.ok) return read;
  const handle = read.value.chatId;
  const line = await lineOfChat(desk, handle);
  if (!line.ok) return line;
  const link = await line.value.mac.makeFaceTimeLink();
  return link.ok ? ok({ kind: "facetime", handle, link: link.value }) : readRefusal(link.refusal);
}

/** Each Mac knows the friends of its own Apple ID: all are asked, and what those that answer know is told, of a friend of several the latest. */
async function locate(
  desk: Desk,
  { refresh, handle }: Extract<LineCall, { kind: "locations" }>,
): Promise<Result<LineAnswer>> {
  const lines = desk.snapshot.numbers.filter(({ channel }) => channel === "imessage");
  const macs = [...new Map(lines.map((line) => [line.accountId, line])).values()];
  if (macs.length === 0) return fail("no_numbers_assigned");
  const asked = await Promise.all(macs.map((line) => friendsOf(desk, line, refresh)));
  const told = asked.flatMap((one) => (one.ok ? [one.value] : []));
  const [refused] = asked.filter((one) => !one.ok);
  if (told.length === 0 && refused !== undefined) return refused;
  const friends = latestOfEach(told.flat());
  if (handle === null) return ok({ kind: "locations", friends });
  const read = readChatId(handle, desk.snapshot.organization.countryCode, true);
  const wanted = read.ok ? read.value.chatId : handle;
  const own = friends.filter((friend) => friend.handle === wanted);
  if (own.length > 0) return ok({ kind: "locations", friends: own });
  // A Mac that did not answer may know them.
  return refused ?? fail("not_found", "Nobody shares a place under this handle.");
}

async function friendsOf(desk: Desk, number: SenderNumber, refresh: boolean): Promise<Result<LocationView[]>> {
  const line = await openLine(desk, number);
  if (!line.ok) return line;
  const found = await line.value.mac.locations(refresh);
  return found.ok ? ok(found.value.flatMap(viewLocation)) : readRefusal(found.refusal);
}

function latestOfEach(friends: LocationView[]): LocationView[] {
  const latest = new Map<string, LocationView>();
  for (const friend of friends) {
    const known = latest.get(friend.handle);
    if (known === undefined || known.lastUpdated < friend.lastUpdated) latest.set(friend.handle, friend);
  }
  return [...latest.values()];
}

function viewLocation({ handle, coordinates, status, lastUpdated }: MacLocation): LocationView[] {
  return coordinates === null ? [] : [{ handle, coordinates, status, lastUpdated: lastUpdated ?? 0 }];
}
