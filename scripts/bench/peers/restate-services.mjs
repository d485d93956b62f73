// The same cycle as durable functions of Restate: one object a person, so that what is told of a chat keeps its order. Runs in a process of its own, told by the environment.
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import * as restate from "@restatedev/restate-sdk";
import twilio from "twilio";

const { PORT, DOOR_PORT, INGRESS, TWILIO_URL, ACCOUNT_SID, AUTH_TOKEN, FROM, HOOK, SECRET } = process.env;
const door = `http://127.0.0.1:${DOOR_PORT}`;
const basic = `Basic ${Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString("base64")}`;

const chat = restate.object({
  name: "chat",
  handlers: {
    async send(ctx, { text }) {
      const { invocationId } = { invocationId: ctx.request().id };
      const number = (await ctx.get("number")) ?? FROM;
      ctx.set("number", number);
      await ctx.run("create", () => create(ctx.key, number, text, invocationId));
    },
    async told(ctx, { event, id }) {
      await ctx.run("hook", () => tell(event, id));
    },
  },
});

async function create(to, from, text, id) {
  const callback = `${door}/status/${encodeURIComponent(to)}/${encodeURIComponent(id)}`;
  const answer = await fetch(`${TWILIO_URL}/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`, {
    method: "POST",
    headers: { Authorization: basic },
    body: new URLSearchParams({ To: to, From: from, Body: text, StatusCallback: callback }),
  });
  const { sid, message } = await answer.json();
  if (!answer.ok) throw new Error(message);
  return sid;
}

async function tell(event, messageId) {
  const body = JSON.stringify({ event, message_id: messageId });
  const id = `${messageId}-${event}`;
  const timestamp = String(Math.floor(Date.now() / 1000));
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
}

/** Twilio's callbacks are forms with a signature: they are verified here, and become a durable call before they are answered. */
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf8")));
  const signed = twilio.validateRequest(
    AUTH_TOKEN,
    request.headers["x-twilio-signature"] ?? "",
    door + request.url,
    form,
  );
  if (!signed) return response.writeHead(403).end();
  const [, , to, id] = request.url.split("/");
  const event = `message.${form.MessageStatus}`;
  const stored = await fetch(`${INGRESS}/chat/${to}/told/send`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": `${id}-${event}` },
    body: JSON.stringify({ event, id: decodeURIComponent(id) }),
  }).catch(() => null);
  await stored?.arrayBuffer();
  return response.writeHead(stored?.ok ? 204 : 503).end();
}).listen(Number(DOOR_PORT), "127.0.0.1");

restate.serve({ services: [chat], port: Number(PORT) });
