// What a person would write by hand: Hono on Node, Twilio's library, BullMQ on Redis. Runs in a process of its own, told by the environment.
import { createHmac, randomUUID } from "node:crypto";
import { serve } from "@hono/node-server";
import { Queue, Worker } from "bullmq";
import { Hono } from "hono";
import twilio from "twilio";

const { PORT, REDIS_PORT, TWILIO_URL, ACCOUNT_SID, AUTH_TOKEN, FROM, HOOK, SECRET } = process.env;
const address = `http://127.0.0.1:${PORT}`;
const connection = { host: "127.0.0.1", port: Number(REDIS_PORT), maxRetriesPerRequest: null };
const again = { attempts: 8, backoff: { type: "exponential", delay: 500 }, removeOnComplete: true };

/** Twilio's own client, led to the stand-in. */
class Local extends twilio.RequestClient {
  request(options) {
    return super.request({ ...options, uri: options.uri.replace("https://api.twilio.com", TWILIO_URL) });
  }
}
const client = twilio(ACCOUNT_SID, AUTH_TOKEN, { httpClient: new Local() });
const sends = new Queue("sends", { connection });
const hooks = new Queue("hooks", { connection });

const app = new Hono();
app.post("/send", async (c) => {
  const { to, text } = await c.req.json();
  const id = randomUUID();
  await sends.add("send", { id, to, text }, { ...again, jobId: id });
  return c.json({ id }, 202);
});
app.post("/status/:id", async (c) => {
  const form = await c.req.parseBody();
  const url = `${address}${c.req.path}`;
  if (!twilio.validateRequest(AUTH_TOKEN, c.req.header("X-Twilio-Signature") ?? "", url, form))
    return c.body(null, 403);
  const id = c.req.param("id");
  const event = `message.${form.MessageStatus}`;
  await hooks.add("hook", { event, message_id: id }, { ...again, jobId: `${id}-${event}` });
  return c.body(null, 204);
});

// A job whose process died is taken up again as soon as its lock has ended.
const alive = { connection, lockDuration: 5_000, stalledInterval: 2_000 };
new Worker(
  "sends",
  async ({ data: { id, to, text } }) => {
    await client.messages.create({ to, from: FROM, body: text, statusCallback: `${address}/status/${id}` });
  },
  { ...alive, concurrency: 16 },
);
new Worker(
  "hooks",
  async ({ data }) => {
    const body = JSON.stringify(data);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const id = `${data.message_id}-${data.event}`;
    const signature = createHmac("sha256", SECRET).update(`${id}.${timestamp}.${body}`).digest("base64");
    const headers = {
      "Content-Type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    };
    const answer = await fetch(HOOK, { method: "POST", headers, body });
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`The receiver answered ${answer.status}.`);
  },
  { ...alive, concurrency: 16 },
);
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(PORT) });
