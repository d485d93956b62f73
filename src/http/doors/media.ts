import { type Context, Hono } from "hono";
import { fetchMedia, largestMediaBytes } from "../../flows/links-and-media/fetch-media.ts";
import type { Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";

/** A stranger's file is shown, never run: no script of it may act on the gateway's own origin. */
const safety = {
  "Content-Security-Policy": "default-src 'none'; sandbox",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Cache-Control": "no-store",
};

/** Returns the files of inbound messages: `/media/{account}/{message}/{media}/{name}`, by the link that the message carries. */
export function mediaRouter(): Hono<Edge> {
  const router = new Hono<Edge>();
  router.get("/:accountId/:messageSid/:mediaSid/:name", async (c) => {
    const opened = await fetchMedia(c.get("deps"), c.req.param(), new URL(c.req.url).searchParams);
    return opened.ok ? passOn(c, opened.value) : failureResponse(c, opened.failure);
  });
  return router;
}

async function passOn(c: Context<Edge>, file: Response): Promise<Response> {
  const length = file.headers.get("content-length");
  const headers = {
    ...safety,
    "Content-Type": file.headers.get("content-type") ?? "application/octet-stream",
    ...(length === null ? {} : { "Content-Length": length }),
  };
  if (c.req.method === "HEAD" || file.body === null) {
    await file.body?.cancel();
    return new Response(null, { status: 200, headers });
  }
  return new Response(file.body.pipeThrough(limit(length)), { status: 200, headers });
}

/** Lets through as much as was declared, or as much as is allowed: a longer file breaks off. */
function limit(declared: string | null): ReadableWritablePair<Uint8Array, Uint8Array> {
  if (declared !== null) return new FixedLengthStream(Number(declared));
  let left = largestMediaBytes;
  return new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      left -= chunk.byteLength;
      if (left < 0) controller.error(new Error("The file is larger than 15 MiB."));
      else controller.enqueue(chunk);
    },
  });
}
