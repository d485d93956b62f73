import type { Change } from "../../carriers/carrier.ts";
import type { Desk } from "../desk.ts";
import { givenUpTo } from "../ledger/line-rows.ts";
import type { Detail, MessageRow } from "../ledger/message-row.ts";

/** The clocks of the Mac and of the gateway may be so far apart. */
const clockSlackMs = 10 * 60_000;

/**
 * Returns the message that was given up and turns up on the Mac after all: a hung Messages may carry a command out long after it was asked. It has the same words and
 * as many files; of equal ones the first. Null for what a person wrote on a device.
 */
export function findGivenUp(desk: Desk, chat: string, change: Extract<Change, { kind: "own" }>): MessageRow | null {
  const words = plain(change.text);
  return (
    givenUpTo(desk.sql, chat).find((row) => {
      const { attachments, extras } = JSON.parse(row.detail) as Detail;
      const files = extras.parts?.filter((part) => "url" in part).length ?? attachments.length;
      const said = extras.parts?.map((part) => ("text" in part ? part.text : "")).join("") ?? row.text;
      const leftAt = row.attempted_at ?? row.created_at;
      return plain(said) === words && files === change.files.length && change.at >= leftAt - clockSlackMs;
    }) ?? null
  );
}

/** Messages trims what it sends, and writes a mark where a file stands. */
function plain(text: string | null): string {
  return (text ?? "").replaceAll("\uFFFC", "").trim().normalize();
}
