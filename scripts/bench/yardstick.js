// The bare thing that the gateway is measured beside: a Worker that answers, an object that writes the three rows of a message, and a cycle of the same calls, commits
// and requests with nothing in between: no key, no choice, no signature, no order. Runs in workerd.
import { DurableObject } from "cloudflare:workers";

export class Yard extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    for (const table of ["messages", "chats", "agenda", "events"]) {
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

  sent(id, sid) {
    this.ctx.storage.sql.exec("UPDATE messages SET body = ? WHERE id = ?", sid, id);
  }

  report(id, status) {
    const { sql } = this.ctx.storage;
    this.ctx.storage.transactionSync(() => {
      sql.exec("UPDATE messages SET body = ? WHERE id = ?", status, id);
      sql.exec("INSERT INTO events VALUES (?, ?)", id + status, status);
    });
    return { event: `message.${status}`, message_id: id };
  }

  told(event) {
    this.ctx.storage.sql.exec("DELETE FROM events WHERE id = ?", event);
  }
}

/** A connection that was kept may have ended meanwhile: once more, by another. */
async function reach(env, url, init) {
  return env.INTERNET.fetch(url, init).catch(() => env.INTERNET.fetch(url, init));
}

async function send(env, origin, id, { to, text }) {
  const form = { To: to, From: env.FROM, Body: text, StatusCallback: `${origin}/status/${id}` };
  const answer = await reach(env, `${env.TWILIO_URL}/2010-04-01/Accounts/${env.ACCOUNT_SID}/Messages.json`, {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${env.ACCOUNT_SID}:${env.AUTH_TOKEN}`)}` },
    body: new URLSearchParams(form),
  });
  const { sid } = await answer.json();
  await env.YARD.getByName("one").sent(id, sid);
}

async function tell(env, id, status, event) {
  const headers = { "Content-Type": "application/json" };
  const answer = await reach(env, env.HOOK, { method: "POST", headers, body: JSON.stringify(event) });
  await answer.arrayBuffer();
  await env.YARD.getByName("one").told(id + status);
}

export default {
  async fetch(request, env, ctx) {
    if (request.method === "GET") return Response.json({ status: "ok" });
    const { origin, pathname } = new URL(request.url);
    const body = await request.text();
    const yard = env.YARD.getByName("one");
    if (pathname.startsWith("/status/")) {
      const [id, status] = [pathname.slice("/status/".length), new URLSearchParams(body).get("MessageStatus")];
      ctx.waitUntil(tell(env, id, status, await yard.report(id, status)));
      return new Response(null, { status: 204 });
    }
    const id = await yard.accept(crypto.randomUUID(), body);
    if (pathname === "/send") ctx.waitUntil(send(env, origin, id, JSON.parse(body)));
    return Response.json({ id }, { status: 202 });
  },
};
