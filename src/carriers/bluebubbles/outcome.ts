import * as z from "zod";
import type { Outcome } from "../carrier.ts";
import { type Called, isPrivateApiOff, isQueued } from "./call.ts";
import { chatShape, type MacRow, rowShape } from "./shapes.ts";

/** What an answer to a send says: the row that it names (which has still to be looked at), that the chat is unknown to Messages, or an outcome. */
export type SendReading =
  | { kind: "row"; row: MacRow; chat: string | null }
  | { kind: "no_chat" }
  | Exclude<Outcome, { kind: "accepted" }>;

type Answer = Extract<Called, { kind: "answer" }>;
export type Method = "private-api" | "apple-script";

/** A new chat is answered with its first message in it. */
const newChat = chatShape.extend({ messages: z.array(rowShape).min(1) });
const requestId = null;

/**
 * Reads the answer to a send, which may have been taken although it reads like a fault: only what the server says before it hands anything to Messages is a refusal
 * or a wait. Source: the server's message and chat routers, error texts of its Private API, one HTTP 500 for all.
 */
export function readSend(called: Called, method: Method): SendReading {
  switch (called.kind) {
    case "unsendable":
      return wait(called.message);
    case "silence":
      return called.notConnected ? wait(`The Mac cannot be reached: ${called.cause}.`) : unknown(called.cause);
    case "page":
      return called.notConnected
        ? wait(`The tunnel to the Mac is down: HTTP ${called.status}.`)
        : unknown(`HTTP ${called.status} from something before the Mac`);
    case "answer":
      return readAnswered(called, method);
  }
}

function readAnswered(called: Answer, method: Method): SendReading {
  const { status, error } = called;
  const row = readRow(called.data);
  if (status >= 200 && status < 300) return row ?? unknown(`HTTP ${status} without a message id`);
  if (status < 500) return readRefusal(called);
  if (isPrivateApiOff(called)) return wait(error);
  if (row?.row.error) return row;
  return method === "private-api" && status === 500 ? readFault(error) : unknown(sayFault(called));
}

function readRefusal(called: Answer): SendReading {
  const { status, error, message } = called;
  if (isQueued(called)) return unknown("the same message is still on its way");
  if (status === 401) {
    const because = `BlueBubbles Server refused the password of this Mac: HTTP 401, ${error || message}`;
    return { kind: "account_refused", because, requestId };
  }
  const isSure = status === 400 || status === 403 || status === 404;
  return isSure ? refused("bridge_refused", error || message) : unknown(sayFault(called));
}

/** The Private API's own texts, which stand before anything was handed over; all others may have come after. */
function readFault(error: string): SendReading {
  if (/Chat does not exist in IMChatRegistry/.test(error)) return { kind: "no_chat" };
  if (/Failed to find all handles for specified service/.test(error)) return refused("handles_not_found", error);
  if (/Required fields are missing/.test(error)) return refused("bridge_refused", error);
  return unknown(`HTTP 500, ${error || "no reason given"}`);
}

function sayFault({ status, error, message }: Answer): string {
  return `HTTP ${status}, ${error || message || "no reason given"}`;
}

/** A chat reads like a row too, so it is looked for first. */
function readRow(data: unknown): { kind: "row"; row: MacRow; chat: string | null } | null {
  const made = newChat.safeParse(data).data;
  const [first] = made?.messages ?? [];
  if (made !== undefined && first !== undefined) return { kind: "row", row: first, chat: made.guid };
  const row = rowShape.safeParse(data).data;
  return row === undefined ? null : { kind: "row", row, chat: row.chats?.[0]?.guid ?? null };
}

function wait(offline: string): SendReading {
  return { kind: "wait", retryAfterSeconds: null, requestId, offline };
}

function unknown(cause: string): SendReading {
  return { kind: "unknown", cause, requestId };
}

function refused(code: string, message: string): SendReading {
  return { kind: "refused", code, message, requestId };
}
