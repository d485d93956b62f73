import { sequenceAt } from "../../domain/ids.ts";
import { fingerprintText } from "../../domain/text-fingerprint.ts";
import { remembered } from "./memory.ts";

type Said = { number: string; chat: string; print: string; at: number };

const hourMs = 60 * 60 * 1000;
/** So many of the newest messages of an hour are compared. */
const comparedAtMost = 500;

/** What was said lately, oldest first: read from the newest messages once while the object lives, and kept in step by `noteSaid`. */
function lately(sql: SqlStorage, now: number): Said[] {
  return remembered(sql, "alike", () =>
    sql
      .exec<{ number: string; chat: string; text: string; at: number; direction: string }>(
        "SELECT number, chat, text, created_at AS at, direction FROM messages WHERE seq > ? ORDER BY seq DESC LIMIT ?",
        sequenceAt(now - hourMs),
        comparedAtMost,
      )
      .toArray()
      .filter(({ direction, text }) => direction === "outbound" && text !== null)
      .map(({ number, chat, text, at }) => ({ number, chat, at, print: fingerprintText(text) }))
      .reverse(),
  );
}

/** Returns to how many people beside this one a line sent a text like this within the hour, as far as the newest messages tell. */
export function countAlike(sql: SqlStorage, text: string, to: { number: string; chat: string; now: number }): number {
  const { number, chat, now } = to;
  const print = fingerprintText(text);
  const alike = lately(sql, now).filter((said) => said.number === number && said.print === print);
  return new Set(alike.flatMap((said) => (said.at > now - hourMs && said.chat !== chat ? [said.chat] : []))).size;
}

/** Keeps what is remembered in step with a message that was just written. */
export function noteSaid(
  sql: SqlStorage,
  text: string,
  { number, chat, now }: { number: string; chat: string; now: number },
): void {
  const said = lately(sql, now);
  said.push({ number, chat, at: now, print: fingerprintText(text) });
  if (said.length > comparedAtMost) said.splice(0, said.length - comparedAtMost);
}
