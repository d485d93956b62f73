import { macWords } from "./fake-bluebubbles-faults.ts";
import type { FakeMac } from "./fake-bluebubbles-mac.ts";
import type { MacFile } from "./fake-bluebubbles-store.ts";

/** A request as it came in; the path still encoded. */
export type MacRequest = {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Uint8Array;
};
export type Form = { fields: Record<string, unknown>; files: Record<string, MacFile> };
/** What a route works with: the parts of its path, and its body read as far as it wants. */
export type Context = {
  mac: FakeMac;
  args: string[];
  query: URLSearchParams;
  json: Record<string, unknown>;
  form: () => Promise<Form | null>;
  breakConnection: () => void;
};
export type Route = (context: Context) => MaybeReply | Promise<MaybeReply>;

export type MacReply = {
  status: number;
  body: unknown;
  headers?: Record<string, string>;
};
/** Null: the connection ends, or stays, without an answer. */
export type MaybeReply = MacReply | null;

export function ok(data: unknown, message = "Success"): MacReply {
  return { status: 200, body: { status: 200, message, ...(data === undefined ? {} : { data }) } };
}

export function refuse(
  status: number,
  error: string,
  message = "You've made a bad request! Please check your request params & body",
  type = "Validation Error",
): MacReply {
  return { status, body: { status, message, error: { type, message: error } } };
}

export function serverError(error: string, message = "The server has encountered an error", data?: unknown): MacReply {
  const body = { status: 500, message, error: { type: "Server Error", message: error } };
  return { status: 500, body: data === undefined ? body : { ...body, data } };
}

/** Returns why Messages cannot be asked, null where it can. */
export function guardPrivateApi(mac: FakeMac): MacReply | null {
  const words = !mac.privateApi ? macWords.privateApiOff : mac.helperConnected ? null : macWords.helperOff;
  const hint = "Please make sure you have completed the setup for the Private API, and your helper is connected!";
  return words === null ? null : serverError(words, hint);
}
