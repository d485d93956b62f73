import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startFakeMac } from "../support/node/fake-bluebubbles.ts";
import { readSnippets } from "../support/node/snippets.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway({ env: { ALLOW_LOCAL_WEBHOOKS: "1" } });
}, 150_000);
afterAll(async () => {
  await gateway.stop();
  await gateway.forget();
});

async function ask(path: string, token: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const init = body === undefined ? { headers } : { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(`${gateway.url}${path}`, init);
  const read = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Error(`${path}: ${JSON.stringify(read)}`);
  return read;
}
const admin = (path: string, body: object) => ask(`/admin/api${path}`, gateway.adminToken, body);

test("a fresh gateway holds an iMessage line without a Mac: what docs/sandbox.md says sends, delivers and answers", async () => {
  const mac = await admin("/integrations/bluebubbles", { url: "https://mac.sandbox.invalid", password: "sandbox" });
  const { api_key_id, key } = await admin("/api-keys", { name: "iMessage trial", mode: "test" });
  const line = mac.active_alias;
  const { integration_id } = mac;
  await admin("/numbers", { phone_number: line, protocol: "blooio", integration_id, api_key_id });
  const token = String(key);
  const sent = await ask(`/v2/api/chats/${encodeURIComponent("+15005556001")}/messages`, token, { text: "Hello" });
  expect(sent.from_number).toBe(line);
  const wanted = ["message.sent", "message.delivered", "typing.started", "message.received"];
  let told: Record<string, unknown>[] = [];
  for (let tries = 0; tries < 100 && wanted.some((name) => !told.some(({ event }) => event === name)); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    told = (await ask("/v2/api/events?limit=50", token)).events as Record<string, unknown>[];
  }
  expect(told.map(({ event }) => event)).toEqual(expect.arrayContaining(wanted));
  const answer = told.find(({ event }) => event === "message.received");
  expect(answer).toMatchObject({ text: "Hello back", protocol: "imessage", internal_id: line });
}, 60_000);

test("docs/imessage.md leads from a Mac to the first message: its commands run as they stand, and the answer leaves from the line", async () => {
  const running = await startFakeMac({ password: "long pass word", aliases: ["+12125550177", "help@example.com"] });
  try {
    const blocks = (await readSnippets("docs/imessage.md")).filter(({ language }) => language === "sh");
    const [connect, answer] = blocks.map(({ code }) => code);
    expect(blocks).toHaveLength(2);
    const written = `until curl "$URL/v2/api/events" -H "Authorization: Bearer $(pick key <<< "$CONCIERGE")" | grep -q "Anybody there"; do sleep 0.2; done`;
    const script = `set -euo pipefail\ncurl() { command curl --fail-with-body -sS "$@"; }\n${connect}\necho\necho CONNECTED >&2\n${written}\n${answer}`;
    const env = {
      ...process.env,
      URL: gateway.url,
      ADMIN_TOKEN: gateway.adminToken,
      MAC_URL: running.url,
      MAC_PASSWORD: running.password,
      NO_PROXY: "127.0.0.1",
    };
    const shell = promisify(execFile)("bash", ["-c", script], { env });
    shell.child.stderr?.on("data", (said) => {
      if (String(said).includes("CONNECTED")) running.mac.receive({ from: "+14155550123", text: "Anybody there" });
    });
    const { stdout } = await shell;
    expect(stdout).toContain('"type":"dedicated"');
    expect(stdout).toContain('"from_number":"+12125550177"');
    await expect.poll(() => running.mac.reached().length, { timeout: 20_000 }).toBe(1);
    expect(running.mac.reached()[0]).toMatchObject({ to: "+14155550123", text: "Hello!", service: "iMessage" });
    expect(running.mac.violations).toEqual([]);
    // It ends with 1, since this gateway's address is a loopback's.
    const doctor = await promisify(execFile)("npx", ["trunkline", "doctor", "--url", gateway.url], { env }).catch(
      (ended: { stdout: string }) => ended,
    );
    expect(doctor.stdout).toMatch(/ok {5}account Mac \+12125550177 \(int_\w+\): The Mac answers\./);
  } finally {
    await running.stop();
  }
}, 90_000);
