import type { Context, Next } from "hono";

/** Says whether whoever asks is a browser that wants to show a page. */
export function acceptsPage(c: Context): boolean {
  return /\btext\/html\b/i.test(c.req.header("Accept") ?? "");
}

/** Leads a browser that opens the bare address to the dashboard; everybody else is answered as on any path that there is not. */
export function frontDoor(c: Context, next: Next): Response | Promise<void> {
  c.header("Vary", "Accept");
  if (!acceptsPage(c)) return next();
  c.header("Cache-Control", "no-store");
  return c.redirect("/app/", 302);
}
