import type { Context } from "hono";
import { getCookie } from "hono/cookie";

const name = "__Host-trunkline";
const longestSeconds = 7 * 86_400;

/** Returns what the browser's session cookie holds, undefined where it sent none. */
export function readSessionCookie(c: Context): string | undefined {
  return getCookie(c, name);
}

/** Sets the session cookie: out of script's reach, and sent by pages of this origin alone. */
export function setSessionCookie(c: Context, value: string): void {
  c.header("Set-Cookie", `${name}=${value}; Path=/; Max-Age=${longestSeconds}; HttpOnly; Secure; SameSite=Strict`);
}

/** Makes the browser forget the session cookie. */
export function clearSessionCookie(c: Context): void {
  c.header("Set-Cookie", `${name}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict`);
}

/** Says whether a request comes from a page of this origin: by `Sec-Fetch-Site`, or where a browser sends none by `Origin`. */
export function isSameOrigin(c: Context): boolean {
  const site = c.req.header("Sec-Fetch-Site");
  if (site !== undefined) return site === "same-origin";
  return c.req.header("Origin") === new URL(c.req.url).origin;
}
