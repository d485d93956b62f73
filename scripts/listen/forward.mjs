import { createHmac } from "node:crypto";
import { causeOf, watchFor } from "./causes.mjs";

const AT_ONCE = 8;

/**
 * Posts events to `target`, several at a time, those of one chat one after another in the order in which they are handed over.
 * `tell` gets a line and the facts of each event. Returns `hand(event)` and `room(limit)`, which resolves once fewer than `limit` events are under way.
 */
export function makeForwarder({ target, secret, tell }) {
  const lastOfChat = new Map();
  const turns = [];
  const waiting = [];
  let free = AT_ONCE;
  let underWay = 0;

  async function takeTurn() {
    if (free > 0) free -= 1;
    else await new Promise((resolve) => turns.push(resolve));
  }

  function passTurn() {
    const next = turns.shift();
    if (next) next();
    else free += 1;
  }

  async function run(event, before) {
    await before;
    await takeTurn();
    await post(event, { target, secret, tell });
    passTurn();
    underWay -= 1;
    for (const wake of waiting.splice(0)) wake();
  }

  return {
    hand(event) {
      underWay += 1;
      const chat = event.external_id ?? "";
      const work = run(event, lastOfChat.get(chat));
      lastOfChat.set(chat, work);
      void work.then(() => lastOfChat.get(chat) === work && lastOfChat.delete(chat));
    },
    async room(limit) {
      while (underWay >= limit) await new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** Posts one event as a webhook would; whatever comes of it is said, nothing is thrown. */
async function post(event, { target, secret, tell }) {
  const body = JSON.stringify(event);
  const startedAt = Date.now();
  const { event: name, event_id } = event;
  const hang = () =>
    tell(`Waiting for ${target} to answer ${name} ${event_id} …`, { event: name, event_id, waiting: true });
  const outcome = await watchFor(call(target, event, body, secret), hang);
  const ms = Date.now() - startedAt;
  const facts = typeof outcome === "number" ? { status: outcome, error: null } : { status: null, error: outcome };
  tell(`${name.padEnd(18)} ${event_id}  ${outcome}  ${ms} ms`, { event: name, event_id, ...facts, duration_ms: ms });
}

async function call(target, event, body, secret) {
  try {
    const answer = await fetch(target, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Trunkline-Webhooks/1",
        "x-blooio-event": event.event,
        ...(event.message_id ? { "x-blooio-message-id": event.message_id } : {}),
        ...sign(event.event_id, body, secret),
      },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(15_000),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    return causeOf(error);
  }
}

function sign(id, body, secret) {
  const t = Math.floor(Date.now() / 1000);
  const standard = Buffer.from(secret.slice("whsec_".length), "base64");
  return {
    "x-blooio-signature": `t=${t},v1=${createHmac("sha256", secret).update(`${t}.${body}`).digest("hex")}`,
    "webhook-id": id,
    "webhook-timestamp": String(t),
    "webhook-signature": `v1,${createHmac("sha256", standard).update(`${id}.${t}.${body}`).digest("base64")}`,
  };
}
