import * as z from "zod";
import type { CarrierResult } from "../carrier.ts";
import type { MacLogin } from "./account.ts";
import { call, readAnswer, refuse, type Wire } from "./call.ts";
import { type MacRow, rowShape } from "./shapes.ts";

/** A part of the server's SQL; names of arguments are used once in a whole query. */
export type Where = { statement: string; args: Record<string, unknown> };
export type With = "attachment" | "chat" | "chats.participants" | "message-summary-info";

/** The server gives no more rows at once, so a span of places that is no longer needs one page. */
export const rowsAtOnce = 1_000;
const idsAtOnce = 250;
const rows = z.array(rowShape);

/** Reads one page of rows, in the order of their dates whatever is asked. Source: POST /message/query. */
export async function queryRows(
  wire: Wire,
  login: MacLogin,
  asked: { where: Where[]; with?: With[]; after?: number; offset?: number; limit?: number; sort?: "ASC" | "DESC" },
): Promise<CarrierResult<MacRow[]>> {
  const { where, with: joined = [], after, offset = 0, limit = rowsAtOnce, sort = "ASC" } = asked;
  const body = { where, with: joined, offset, limit, sort, ...(after === undefined ? {} : { after }) };
  return readAnswer(await call(wire, login, { method: "POST", path: "message/query", body }), rows);
}

/** Returns the row at the highest place, null where the Mac has none. The newest by date may be another one. */
export async function newestRow(wire: Wire, login: MacLogin): Promise<CarrierResult<MacRow | null>> {
  const where = [{ statement: "message.ROWID = (SELECT MAX(m2.ROWID) FROM message m2)", args: {} }];
  const read = await queryRows(wire, login, { where, limit: 1 });
  return read.ok ? { ok: true, value: read.value[0] ?? null } : read;
}

/** Reads the rows at the places above `from` up to `to`, at most `rowsAtOnce` places apart. */
export async function readSpan(
  wire: Wire,
  login: MacLogin,
  span: { from: number; to: number; joined: With[]; where?: Where[] },
): Promise<CarrierResult<MacRow[]>> {
  const { from, to, joined, where = [] } = span;
  if (to - from > rowsAtOnce) return refuse("unreadable", "More rows were asked for than come at once.");
  const above = { statement: "message.ROWID > :rowFrom", args: { rowFrom: from } };
  const upTo = { statement: "message.ROWID <= :rowTo", args: { rowTo: to } };
  return queryRows(wire, login, { where: [above, upTo, ...where], with: joined });
}

/** Reads rows by their ids, in any number; ids that the Mac does not have are missing. With a chat asked for, so are rows that belong to none. */
export async function readByIds(
  wire: Wire,
  login: MacLogin,
  ids: readonly string[],
  joined: With[] = [],
  more: Where[] = [],
): Promise<CarrierResult<MacRow[]>> {
  const all: MacRow[] = [];
  for (let start = 0; start < ids.length; start += idsAtOnce) {
    const guids = ids.slice(start, start + idsAtOnce);
    const where = [{ statement: "message.guid IN (:...guids)", args: { guids } }, ...more];
    const read = await queryRows(wire, login, { where, with: joined });
    if (!read.ok) return read;
    all.push(...read.value);
  }
  return { ok: true, value: all };
}
