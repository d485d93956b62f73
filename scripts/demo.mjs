// Shows a message's journey in the terminal, in the sandbox: nothing leaves this machine and nothing costs.
import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Webhook } from "standardwebhooks";
import { readArguments } from "./arguments.mjs";
import { causeOf } from "./listen/causes.mjs";

const PATIENCE_MS = 60_000;
/** Magic recipients of the sandbox (docs/sandbox.md). */
const REPLIES = "+15005556001";
const SAYS_STOP = "+15005556002";

/** What goes wrong for a reason that one line can say. */
class DemoError extends Error {}

const options = readArguments(
  { url: { type: "string" }, key: { type: "string" } },
  "Usage: npm run demo [-- --url http://127.0.0.1:8787 --key <test key>]; without a gateway's address it starts one of its own",
);
const startedAt = Date.now();
const endings = [];
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => finish(1));

try {
  await play();
  await finish(0);
} catch (error) {
  console.error(`\nThe demo stopped: ${error instanceof DemoError ? error.message : error.stack}`);
  await finish(1);
}

async function play() {
  const gateway = options.url ? givenGateway() : await startGateway();
  const receiver = await startReceiver();
  say("Gateway", gateway.url, options.url ? "" : "started for this demo, in a temporary folder");

  heading("A webhook");
  const events = ["message.*", "contact.opted_out"];
  const hook = await call(gateway, "POST", "/webhooks", { webhook_url: receiver.url, events });
  if (hook.body.code === "invalid_webhook_url")
    throw new DemoError("start the gateway with ALLOW_LOCAL_WEBHOOKS=1: the receiver is local.");
  expectStatus(hook, 201);
  endings.push(() => call(gateway, "DELETE", `/webhooks/${hook.body.webhook_id}`));
  receiver.trust(hook.body.signing_secret);
  say("created", hook.body.webhook_id, receiver.url);

  heading(`A message to ${REPLIES}, who will answer`);
  await send(gateway, REPLIES, "Hello from Trunkline");
  for (const status of ["queued", "sending", "sent", "delivered"]) {
    await receiver.waitFor(`message.${status}`, REPLIES);
  }
  await receiver.waitFor("message.received", REPLIES);

  heading(`A message to ${SAYS_STOP}, who will answer STOP`);
  const first = await send(gateway, SAYS_STOP, "Still interested?");
  if (first.status === 202) {
    await receiver.waitFor("message.delivered", SAYS_STOP);
    await receiver.waitFor("message.received", SAYS_STOP);
    await receiver.waitFor("contact.opted_out", SAYS_STOP);
    const second = await send(gateway, SAYS_STOP, "Are you sure?");
    expectStatus(second, 403);
  }
  console.log(
    `\nDone in ${((Date.now() - startedAt) / 1000).toFixed(1)} s: every webhook carried two valid signatures.`,
  );
}

/** Sends and shows the answer; 202 and a refusal for an opt-out are both expected. */
async function send(gateway, to, text) {
  const answer = await call(gateway, "POST", `/chats/${encodeURIComponent(to)}/messages`, { text });
  if (answer.status === 202)
    say("202 accepted", `"${text}"`, `${answer.body.message_id} from ${answer.body.from_number}`);
  else if (answer.body.code === "recipient_opted_out") say("403 refused", `"${text}"`, answer.body.code);
  else expectStatus(answer, 202);
  return answer;
}

/** A webhook receiver as a customer would write it: raw body first, then both signatures, then the answer. */
async function startReceiver() {
  const arrived = [];
  let secret = "";
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    arrived.push({ payload: JSON.parse(body), genuine: isGenuine(request.headers, body, secret) });
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  endings.push(() => server.close());
  return {
    url: `http://127.0.0.1:${server.address().port}/hook`,
    trust: (given) => {
      secret = given;
    },
    async waitFor(event, contact) {
      const fits = ({ payload }) => payload.event === event && payload.external_id === contact;
      const deadline = Date.now() + PATIENCE_MS;
      while (!arrived.some(fits)) {
        if (Date.now() > deadline) throw new DemoError(`${event} did not arrive.`);
        await pause(20);
      }
      const { payload, genuine } = arrived.find(fits);
      if (!genuine) throw new DemoError(`the signature of ${event} does not hold.`);
      say(event, payload.text ? `"${payload.text}"` : "", "both signatures hold");
    },
  };
}

/** Checks X-Blooio-Signature by a plain HMAC over `t.body`, and the Standard Webhooks headers by the package of that name. */
function isGenuine(headers, body, secret) {
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["x-blooio-signature"] ?? "") ?? [];
  if (createHmac("sha256", secret).update(`${t}.${body}`).digest("hex") !== v1) return false;
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function givenGateway() {
  if (!options.key?.startsWith("tl_test_")) {
    throw new DemoError(
      "give a test key of that gateway: npm run demo -- --url http://127.0.0.1:8787 --key <test key>",
    );
  }
  return { url: options.url.replace(/\/+$/, ""), key: options.key };
}

async function startGateway() {
  const root = dirname(dirname(fileURLToPath(import.meta.url)));
  const stateDir = mkdtempSync(join(tmpdir(), "trunkline-demo-"));
  const child = spawn(process.execPath, [join(root, "scripts", "start.mjs")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PORT: "0", STATE_DIR: stateDir, ALLOW_LOCAL_WEBHOOKS: "1" },
  });
  const said = [];
  child.stdout.on("data", (chunk) => said.push(chunk));
  child.stderr.on("data", (chunk) => said.push(chunk));
  const ended = once(child, "exit");
  endings.push(async () => {
    child.kill("SIGTERM");
    await ended;
    rmSync(stateDir, { recursive: true, force: true });
  });
  const deadline = Date.now() + 2 * PATIENCE_MS;
  while (!said.join("").includes("Trunkline is ready.")) {
    if (child.exitCode !== null || Date.now() > deadline) throw new DemoError(`no gateway:\n${said.join("")}`);
    await pause(50);
  }
  const { port } = JSON.parse(readFileSync(join(stateDir, "running.json"), "utf8"));
  const { first_key: key } = JSON.parse(readFileSync(join(stateDir, "secrets.json"), "utf8"));
  return { url: `http://127.0.0.1:${port}`, key };
}

async function call({ url, key }, method, path, body) {
  const answer = await fetch(`${url}/v2/api${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(15_000),
  }).catch((error) => {
    throw new DemoError(`${url} does not answer: ${causeOf(error)}.`);
  });
  const read = await answer.json().catch(() => null);
  if (read === null) throw new DemoError(`${url} answered ${answer.status} without JSON: is it a Trunkline gateway?`);
  return { status: answer.status, body: read };
}

function expectStatus(answer, wanted) {
  if (answer.status !== wanted) throw new DemoError(`the gateway answered ${answer.status}: ${answer.body.message}`);
}

function heading(text) {
  console.log(`\n${text}`);
}

function say(what, detail, note) {
  console.log(`  ${what.padEnd(18)} ${String(detail).padEnd(24)} ${note}`.trimEnd());
}

/** Undoes in reverse order what was set up, whatever happened. */
async function finish(code) {
  for (const end of endings.splice(0).reverse()) {
    try {
      await end();
    } catch {}
  }
  process.exit(code);
}
