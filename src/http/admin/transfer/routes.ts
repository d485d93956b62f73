import type { Hono } from "hono";
import { exportLines, importLines } from "../../../flows/transfer.ts";
import { readBytes } from "../../body.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import * as operations from "./contract.ts";

/** Registers the calls by which a whole gateway is moved. */
export function mountTransfer(router: Hono<Edge>): void {
  mount(
    router,
    operations.exportAll,
    (_input, c) => {
      const headers = {
        "Content-Type": "application/x-ndjson",
        "Content-Disposition": 'attachment; filename="trunkline.ndjson"',
      };
      return new Response(toStream(exportLines(c.get("deps"))), { headers });
    },
    adminGuard,
  );

  mount(
    router,
    operations.importAll,
    async ({ query, reply }, c) => {
      const read = await readBytes(c.req.raw, operations.importLimit);
      if (!read.ok) return read;
      const lines = new TextDecoder()
        .decode(read.value)
        .split("\n")
        .filter((line) => line !== "");
      const imported = await importLines(c.get("deps"), query.from, lines);
      if (!imported.ok) return imported;
      const { acceptedThrough, done, paused } = imported.value;
      return reply(200, { accepted_through: acceptedThrough, done, paused });
    },
    adminGuard,
  );
}

/** A line is made when the reader asks for it. */
function toStream(lines: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(`${value}\n`));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}
