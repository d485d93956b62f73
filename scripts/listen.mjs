// Forwards the events of an API key to a local port as webhooks, with both signatures: no public URL is needed, the events are pulled.
import { createHmac, randomBytes } from "node:crypto";
import { parseArgs } from "node:util";

const USAGE = `Usage: npm run listen -- --forward http://localhost:3000 --key tl_test_…

  --forward   where to post the events
  --key       the API key (or TRUNKLINE_KEY)
  --url       the gateway, http://127.0.0.1:8787 unless told otherwise (or TRUNKLINE_URL)
  --secret    the secret to sign with, whsec_…; a new one is made and printed without it
  --after     begin after this event id; without it, with what happens from now on`;
const PAUSE_MS = 1_000;

const { values } = parseArgs({
  options: {
    forward: { type: "string" },
    key: { type: "string", default: process.env.TRUNKLINE_KEY ?? "" },
    url: { type: "string", default: process.env.TRUNKLINE_URL || "http://127.0.0.1:8787" },
    secret: { type: "string", default: "" },
    after: { type: "string", default: "latest" },
    help: { type: "boolean", default: false },
  },
});
if (values.help || !values.forward || !values.key) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 2);
}
const secret = values.secret || `whsec_${randomBytes(32).toString("hex")}`;
if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(secret)) {
  console.error("The secret must be whsec_ followed by what the gateway gave.");
  process.exit(2);
}

/** Reads one page of events; what cannot be read now is told once and asked again. */
async function read(after) {
  const query = new URLSearchParams({ limit: "200", ...(after === null ? {} : { after }) });
  const answer = await fetch(`${values.url.replace(/\/+$/, "")}/v2/api/events?${query}`, {
    headers: { authorization: `Bearer ${values.key}` },
    signal: AbortSignal.timeout(15_000),
  });
  const body = await answer.json();
  if (answer.ok) return body;
  const error = new Error(`${answer.status} ${body.message ?? ""}`);
  error.fatal = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
  throw error;
}

function sign(id, body) {
  const t = Math.floor(Date.now() / 1000);
  const standard = Buffer.from(secret.slice("whsec_".length), "base64");
  return {
    "x-blooio-signature": `t=${t},v1=${createHmac("sha256", secret).update(`${t}.${body}`).digest("hex")}`,
    "webhook-id": id,
    "webhook-timestamp": String(t),
    "webhook-signature": `v1,${createHmac("sha256", standard).update(`${id}.${t}.${body}`).digest("base64")}`,
  };
}

async function forward(event) {
  const body = JSON.stringify(event);
  const startedAt = Date.now();
  const said = (what) =>
    console.log(`${event.event.padEnd(18)} ${event.event_id}  ${what}  ${Date.now() - startedAt} ms`);
  try {
    const answer = await fetch(values.forward, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": "Trunkline-Webhooks/1",
        "x-blooio-event": event.event,
        ...(event.message_id ? { "x-blooio-message-id": event.message_id } : {}),
        ...sign(event.event_id, body),
      },
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(15_000),
    });
    await answer.arrayBuffer();
    said(answer.status);
  } catch (error) {
    said(error.cause?.code ?? error.message);
  }
}

console.log(`Forwarding the events of ${values.key.slice(0, 8)}…${values.key.slice(-4)} to ${values.forward}`);
console.log(`Signed with ${values.secret ? "the secret you gave" : secret}`);

let after = values.after;
let silent = false;
for (;;) {
  let full = false;
  try {
    const page = await read(after);
    after = page.next_after ?? (after === "latest" ? null : after);
    if (silent) console.log("The gateway answers again.");
    silent = false;
    for (const event of page.events) await forward(event);
    full = page.events.length === 200;
  } catch (error) {
    if (error.fatal) {
      console.error(`The gateway refuses: ${error.message}`);
      process.exit(1);
    }
    if (!silent) console.error(`The gateway does not answer (${error.cause?.code ?? error.message}): trying on.`);
    silent = true;
  }
  if (!full) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
