import { Hono } from "hono";
import { ringMac } from "../../flows/macs/ring.ts";
import { readBytes } from "../body.ts";
import type { Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";

/** A body is only read for typing, calls and a new address; a longer one rings like any other. */
const bodyLimit = 256 * 1024;

/** Returns the door of Macs' bells, `/bluebubbles/{account}/{secret}`. */
export function bellDoor(): Hono<Edge> {
  const door = new Hono<Edge>();
  door.post("/:accountId/:secret", async (c) => {
    const { accountId, secret } = c.req.param();
    const rung = await ringMac(c.get("deps"), { accountId, secret, body: await readText(c.req.raw) });
    return rung.ok ? c.body(null, 204) : failureResponse(c, rung.failure);
  });
  return door;
}

async function readText(request: Request): Promise<string | null> {
  const read = await readBytes(request, bodyLimit);
  return read.ok ? new TextDecoder().decode(read.value) : null;
}
