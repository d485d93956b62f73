// The bare thing that the gateway is measured beside: a Worker that answers, and an object that writes the three rows of a message. Runs in workerd.
import { DurableObject } from "cloudflare:workers";

export class Yard extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    for (const table of ["messages", "chats", "agenda"]) {
      sql.exec(`CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID`);
    }
  }

  accept(id, body) {
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      sql.exec("INSERT INTO messages VALUES (?, ?)", id, body);
      sql.exec("INSERT INTO chats VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body", id, body);
      sql.exec("INSERT INTO agenda VALUES (?, ?)", id, body);
    });
    return id;
  }
}

export default {
  async fetch(request, env) {
    if (request.method === "GET") return Response.json({ status: "ok" });
    const body = await request.text();
    return Response.json({ id: await env.YARD.getByName("one").accept(crypto.randomUUID(), body) }, { status: 202 });
  },
};
