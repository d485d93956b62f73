import { type Context, Hono } from "hono";
import { isbot } from "isbot";
import { isPrefetch } from "../../domain/click.ts";
import { followLink } from "../../flows/links-and-media/follow-link.ts";
import type { Edge } from "../edge.ts";
import { statusOfFailure } from "../errors.ts";

/** Returns the door of short links, `/l/{code}`: a person stands before it, so what it refuses is a page. HEAD leads on and counts nothing. */
export function linkDoor(): Hono<Edge> {
  const door = new Hono<Edge>();

  door.get("/:code", async (c) => {
    const agent = c.req.header("User-Agent") ?? "";
    const followed = await followLink(c.get("deps"), c.req.param("code"), {
      counts: c.req.method === "GET",
      knownBot: agent === "" || isbot(agent),
      prefetch: isPrefetch((name) => c.req.header(name) ?? null),
    });
    c.header("Cache-Control", "no-store");
    c.header("Referrer-Policy", "no-referrer");
    c.header("X-Robots-Tag", "noindex, nofollow");
    if (followed.ok) return leadOn(c, followed.value.url);
    return c.html(page(followed.failure.message), statusOfFailure[followed.failure.code]);
  });

  return door;
}

/** The address is written as it stood in the message, made safe for a header. */
function leadOn(c: Context<Edge>, url: string): Response {
  c.header("Location", new URL(url).href);
  return c.body(null, 302);
}

function page(sentence: string): string {
  const style = "font:16px/1.5 system-ui;margin:20vh auto;max-width:30em;padding:0 1em";
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Link</title><body style="${style}"><p>${sentence}</p></body></html>\n`;
}
