import type { Carriage, CarriedAnswer, CarriedReport } from "../../domain/fallback.ts";
import { rowId } from "../../domain/ids.ts";
import type { Origin } from "../../domain/message.ts";
import type { Desk } from "../desk.ts";
import { findCarried, oweReport, postponeReport, reportsOwed, strikeReport } from "../ledger/carried.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";
import { askToCarry } from "./news.ts";

const askAgainMs = 15_000;
const separator = " ";
type News = Omit<CarriedReport, "from" | "n">;

/** Returns the name of a parcel. */
export function nameOf({ keyId, messageId }: Origin): string {
  return `${keyId}${separator}${messageId}`;
}

/** Returns whose message a row carries, null where it is this key's own. */
export function carriedFor({ detail }: Pick<MessageRow, "detail">): Origin | null {
  // Most rows are spared the reading.
  return detail.includes('"carriedFor"') ? ((JSON.parse(detail) as Detail).carriedFor ?? null) : null;
}

/** Owes the key whose message this is how it stands now, in the caller's transaction. */
export function tellOrigin(desk: Desk, row: MessageRow, origin: Origin): void {
  if (row.status === "queued" || row.status === "scheduled" || row.status === "sending") return;
  owe(desk, row, origin, []);
}

/** Owes the key whose message this is what its person said to it, in the caller's transaction. */
export function tellAnswer(desk: Desk, row: MessageRow, origin: Origin, answer: CarriedAnswer): void {
  owe(desk, row, origin, [answer]);
}

/** What was said and not heard of yet stays owed beside what is new. */
function owe(desk: Desk, row: MessageRow, origin: Origin, said: readonly CarriedAnswer[]): void {
  const { status, sid: providerId, error_code: errorCode, error_message: errorMessage } = row;
  const at = row.read_at ?? row.delivered_at ?? row.sent_at ?? desk.now();
  const owed = findCarried(desk.sql, nameOf(origin))?.news ?? null;
  const answers = [...(owed === null ? [] : ((JSON.parse(owed) as News).answers ?? [])), ...said];
  const news: News = {
    ...carriageOf(desk, row),
    ...{ status, providerId, errorCode, errorMessage, at },
    ...(answers.length === 0 ? {} : { answers }),
  };
  oweReport(desk.sql, nameOf(origin), desk.now(), JSON.stringify(news));
  askToCarry(desk);
}

/** Returns what a carried message is to its own key. */
export function carriageOf(desk: Desk, { seq, number, channel, detail }: MessageRow): Carriage {
  const { deliveryReport } = JSON.parse(detail) as Detail;
  return { messageId: rowId("msg", seq, desk.tag), fromNumber: number, channel, deliveryReport };
}

/** Returns the news of carried messages that is owed; what is not heard is told again. */
export function reportsOf(desk: Desk, limit: number): CarriedReport[] {
  return reportsOwed(desk.sql, limit).flatMap(({ origin, news, n }) => {
    const [keyId = "", messageId = ""] = origin.split(separator);
    postponeReport(desk.sql, origin, desk.now() + askAgainMs);
    // Only this pool wrote it.
    return news === null ? [] : [{ ...(JSON.parse(news) as News), from: { keyId, messageId }, n }];
  });
}

/** Strikes news that its key has heard. */
export function noteHeard(desk: Desk, origin: Origin, n: number): null {
  strikeReport(desk.sql, nameOf(origin), n);
  return null;
}
