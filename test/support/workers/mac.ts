import { runDurableObjectAlarm } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { vi } from "vitest";
import { FakeMac, type FakeMacOptions } from "../node/fake-bluebubbles-mac.ts";
import { answerMac } from "../node/fake-bluebubbles-rest.ts";
import { admin, call } from "./gateway.ts";

/** What a customer's endpoint was told. */
export type Told = { url: string; body: Record<string, unknown>; raw: string; headers: Headers };
/** Macs, the customer and the gateway's own door, all behind the one `fetch` of the isolate. */
export type MacWorld = {
  open(options?: Partial<FakeMacOptions>): FakeMac;
  told: Told[];
  /** Files that lie on the web, by their URL. */
  files: Map<string, { type: string; bytes: Uint8Array<ArrayBuffer> }>;
  /** What else the web answers, by URL. */
  answers: Map<string, () => Response>;
  lines: string[];
  /** Waits until the gateway has asked no Mac anything for a few turns of the event loop, nor waits for an answer. */
  quiet(): Promise<void>;
};

const macs: FakeMac[] = [];
const asks = { begun: 0, open: new Set<symbol>() };
const turnMs = 2;
/** Requests that nothing became of in so many turns are those of an object that died: they never end. */
const deadAfterTurns = 500;
let given = 0;

/** Returns a number that no other test of the file has. */
export function newLine(areaCode = "212"): string {
  given += 1;
  return `+1${areaCode}555${String(2000 + given)}`;
}

/** Replaces the outside for one test: requests to a Mac are answered by the strict stand-in, its bells come in by the gateway's own door, webhooks are kept. */
export function standInForMacs(): MacWorld {
  const world: MacWorld = {
    told: [],
    files: new Map(),
    answers: new Map(),
    lines: [],
    async quiet() {
      let still = 0;
      let seen = "";
      while (still < (asks.open.size === 0 ? 5 : deadAfterTurns)) {
        const now = `${asks.begun} ${asks.open.size}`;
        still = seen === now ? still + 1 : 0;
        seen = now;
        await new Promise((resolve) => setTimeout(resolve, turnMs));
      }
      asks.open.clear();
    },
    open(options = {}) {
      given += 1;
      const mac = new FakeMac({ password: `password-${given}`, aliases: [newLine()], ...options });
      mac.url = `https://mac${given}.example`;
      macs.push(mac);
      return mac;
    },
  };
  vi.spyOn(console, "log").mockImplementation((line: unknown) => void world.lines.push(String(line)));
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.origin === "https://gateway.test") return exports.default.fetch(request);
    const mac = macs.find((one) => one.url === url.origin);
    if (mac !== undefined) {
      const one = Symbol();
      asks.begun += 1;
      asks.open.add(one);
      return askMac(mac, request).finally(() => asks.open.delete(one));
    }
    const file = world.files.get(request.url);
    if (file !== undefined) return new Response(file.bytes, { headers: { "content-type": file.type } });
    const answer = world.answers.get(request.url);
    if (answer !== undefined) return answer();
    const raw = await request.text();
    world.told.push({ url: request.url, body: JSON.parse(raw), raw, headers: request.headers });
    return new Response("thanks");
  });
  return world;
}

/** A body that breaks off is never answered, nor acted on. */
async function askMac(mac: FakeMac, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const body = Buffer.from(await request.arrayBuffer());
  const headers = Object.fromEntries(request.headers);
  const asked = { method: request.method, path: url.pathname, query: url.searchParams, headers, body };
  let isBroken = false;
  const reply = await answerMac(mac, asked, () => {
    isBroken = true;
  });
  mac.note({ kind: "request", method: request.method, path: url.pathname, status: reply?.status ?? null });
  if (isBroken) throw new TypeError("The connection was reset.");
  // What is never answered ends as the gateway's own deadline ends it, only sooner.
  if (reply === null) throw new DOMException("No answer came in time.", "TimeoutError");
  const raw = typeof reply.body === "string" || reply.body instanceof Uint8Array;
  const type = { "content-type": "application/json", ...reply.headers };
  return new Response(raw ? (reply.body as BodyInit) : JSON.stringify(reply.body), {
    status: reply.status,
    headers: type,
  });
}

/** A live key with the lines of a Mac, and a webhook that gets everything. */
export type LineKey = { id: string; token: string; line: string; organizationId: string; integrationId: string };

/** Connects a Mac to an organization, by default of its own, and gives its first alias to a live key; with a webhook for every event unless some are named. */
export async function makeLineKey(
  mac: FakeMac,
  options: { selection?: object; inbound?: boolean; events?: readonly string[]; organizationId?: string } = {},
): Promise<LineKey> {
  const organizationId = options.organizationId ?? (await makeOrganization());
  const connected = await admin("/integrations/bluebubbles", {
    body: { organization_id: organizationId, url: mac.url, password: mac.options.password },
  });
  if (connected.status !== 201) throw new Error(`The Mac was not connected: ${JSON.stringify(connected.body)}`);
  const integrationId = String(connected.body.integration_id);
  const made = await admin("/api-keys", {
    body: {
      name: "Line key",
      organization_id: organizationId,
      ...(options.selection === undefined ? {} : { selection: options.selection }),
    },
  });
  const id = String(made.body.api_key_id);
  const token = String(made.body.key);
  await addLine({ id, integrationId }, mac.line, options.inbound === true ? { type: "inbound" } : {});
  await admin("/webhooks", {
    body: {
      organization_id: organizationId,
      api_key_id: id,
      webhook_url: `https://customer.example/${id}`,
      events: options.events ?? ["*"],
    },
  });
  return { id, token, line: mac.line, organizationId, integrationId };
}

async function makeOrganization(): Promise<string> {
  const organization = await admin("/organizations", { body: { name: "Lines", country_code: "US" } });
  return String(organization.body.organization_id);
}

/** Registers a line of a Mac and gives it to a key. */
export async function addLine(
  key: { id: string; integrationId: string },
  address: string,
  more: object = {},
): Promise<Record<string, unknown>> {
  const body = {
    phone_number: address,
    protocol: "blooio",
    integration_id: key.integrationId,
    api_key_id: key.id,
    ...more,
  };
  const added = await admin("/numbers", { body });
  if (added.status !== 201) throw new Error(`The line was not registered: ${JSON.stringify(added.body)}`);
  return added.body;
}

/** Lets the key's alarm ring now, after its clock was moved on. */
export async function ringIn(key: { id: string }, ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
}

/** Calls the v2 API as the key. */
export function v2(key: { token: string }, path: string, body?: unknown, method?: string) {
  const init = {
    token: key.token,
    ...(body === undefined ? {} : { body }),
    ...(method === undefined ? {} : { method }),
  };
  return call(`/v2/api${path}`, init);
}

/** Sends by the v2 API; a text by default. */
export function sendFrom(key: { token: string }, to: string, body: Record<string, unknown> = { text: "Hello" }) {
  return v2(key, `/chats/${encodeURIComponent(to)}/messages`, body);
}
