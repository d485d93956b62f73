import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";

/** What Cloudflare says where it refuses: status, and its own code and words. */
type Refusal = { status: number; code: number; message: string };
type Answer = { result: unknown; info?: object } | Refusal;

type Worker = {
  secrets: Map<string, string>;
  bindings: { type: string; name: string; [field: string]: unknown }[];
  uploads: number;
  /** The modules as they were uploaded, first the one that the runtime begins with. */
  modules: { name: string; code: string }[];
};
type Queue = {
  queue_id: string;
  queue_name: string;
  consumers: { consumer_id: string; type: "worker"; script: string }[];
};

export type FakeCloudflare = {
  url: string;
  /** Every call that came, as `METHOD /path below the account`. */
  calls: string[];
  /** What was asked for that nobody plays here: a test that ends with any of these has seen less than Cloudflare does. */
  unknown: string[];
  databases: Map<string, { uuid: string; name: string; rows: DatabaseSync }>;
  queues: Queue[];
  workers: Map<string, Worker>;
  domains: string[];
  isOnWorkersDev: boolean;
  accounts: { id: string; name: string }[];
  /** Refuses calls that match with this, as often as said. */
  refuse(match: RegExp, refusal: Refusal, times?: number): void;
  clearRefusals(): void;
  /** Calls back at a call that matches, before it is answered: whoever deploys can be ended there. */
  onCall: ((call: string) => void) | null;
  /** Called before an upload is answered, so that what was uploaded can be run. */
  onUpload: ((worker: Worker) => Promise<void>) | null;
  stop(): Promise<void>;
};

export const accountId = "a1".repeat(16);
const token = "token-of-the-stand-in";
const subdomain = "example";
const unknownWorker: Refusal = { status: 404, code: 10007, message: "This Worker does not exist on your account." };

/** The environment in which wrangler speaks to the stand-in and is signed in there. */
export function signedIn(cloud: FakeCloudflare): Record<string, string> {
  return { CLOUDFLARE_API_BASE_URL: cloud.url, CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_ACCOUNT_ID: accountId };
}

/** Plays as much of Cloudflare's API on loopback as a deployment by wrangler asks for: accounts, Workers with their secrets, D1 on SQLite, and queues. */
export async function startFakeCloudflare(): Promise<FakeCloudflare> {
  const refusals: { match: RegExp; refusal: Refusal; left: number }[] = [];
  const cloud: FakeCloudflare = {
    url: "",
    calls: [],
    unknown: [],
    databases: new Map(),
    queues: [],
    workers: new Map(),
    domains: [],
    isOnWorkersDev: false,
    accounts: [{ id: accountId, name: "The account of the tests" }],
    refuse: (match, refusal, times = Number.POSITIVE_INFINITY) => void refusals.push({ match, refusal, left: times }),
    clearRefusals: () => void refusals.splice(0),
    onCall: null,
    onUpload: null,
    stop: () => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://stand-in");
    const path = url.pathname.replace(`/accounts/${accountId}`, "");
    const call = `${request.method} ${path}`;
    const body = await readAll(request);
    cloud.calls.push(call);
    cloud.onCall?.(call);
    const planned = refusals.find(({ match, left }) => left > 0 && match.test(call));
    if (planned !== undefined) planned.left -= 1;
    const isForeign = /^\/accounts\/[0-9a-f]{32}/.test(path);
    if (request.headers.authorization !== `Bearer ${token}` || isForeign) {
      return send(response, { status: 403, code: 10000, message: "Authentication error" });
    }
    send(response, planned?.refusal ?? (await answer(cloud, call, url.searchParams, body, request)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cloud.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return cloud;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, answer: Answer): void {
  const refused = "status" in answer;
  response.writeHead(refused ? answer.status : 200, { "Content-Type": "application/json" });
  const errors = refused ? [{ code: answer.code, message: answer.message }] : [];
  response.end(
    JSON.stringify({
      success: !refused,
      errors,
      messages: [],
      result: refused ? null : answer.result,
      ...(refused || answer.info === undefined ? {} : { result_info: answer.info }),
    }),
  );
}

const ok = (result: unknown): Answer => ({ result });
const page = (items: unknown[]): Answer => ({
  result: items,
  info: { page: 1, per_page: 100, count: items.length, total_count: items.length, total_pages: 1 },
});

async function answer(
  cloud: FakeCloudflare,
  call: string,
  query: URLSearchParams,
  body: Buffer,
  request: IncomingMessage,
): Promise<Answer> {
  for (const [pattern, play] of plays) {
    const found = pattern.exec(call);
    if (found === null) continue;
    return play({ cloud, parts: found.slice(1).map(decodeURIComponent), query, body, request });
  }
  cloud.unknown.push(call);
  return { status: 404, code: 7003, message: `The stand-in does not play ${call}.` };
}

type Asked = { cloud: FakeCloudflare; parts: string[]; query: URLSearchParams; body: Buffer; request: IncomingMessage };
const json = (body: Buffer) => JSON.parse(body.toString("utf8"));

const plays: [RegExp, (asked: Asked) => Answer | Promise<Answer>][] = [
  [/^GET \/user\/tokens\/verify$/, () => ok({ id: "t", status: "active" })],
  [/^GET \/user$/, () => ({ status: 403, code: 9109, message: "Unauthorized to access requested resource" })],
  [/^GET \/accounts$/, ({ cloud }) => page(cloud.accounts)],
  [/^GET \/memberships$/, ({ cloud }) => page(cloud.accounts.map((account) => ({ id: account.id, account })))],

  [
    /^GET \/d1\/database$/,
    ({ cloud, query }) => page(query.get("page") === "1" ? [...cloud.databases.values()].map(showDatabase) : []),
  ],
  [/^POST \/d1\/database$/, createDatabase],
  [
    /^GET \/d1\/database\/([^/]+)$/,
    ({ cloud, parts }) => withDatabase(cloud, parts[0], (one) => ok(showDatabase(one))),
  ],
  [
    /^DELETE \/d1\/database\/([^/]+)$/,
    ({ cloud, parts }) => withDatabase(cloud, parts[0], (one) => ok(cloud.databases.delete(one.name) && null)),
  ],
  [
    /^GET \/d1\/database\/([^/]+)\/time_travel\/bookmark$/,
    ({ cloud, parts }) => withDatabase(cloud, parts[0], () => ok({ bookmark: "00000001-00000002-00000003-bookmark" })),
  ],
  [
    /^POST \/d1\/database\/([^/]+)\/query$/,
    ({ cloud, parts, body }) => withDatabase(cloud, parts[0], (one) => runSql(one.rows, json(body))),
  ],

  [
    /^GET \/workers\/services\/([^/]+)$/,
    ({ cloud, parts }) =>
      withWorker(cloud, parts[0], () =>
        ok({
          id: parts[0],
          default_environment: { environment: "production", script: { last_deployed_from: "wrangler" } },
        }),
      ),
  ],
  [
    /^GET \/workers\/scripts\/([^/]+)\/secrets$/,
    ({ cloud, parts }) =>
      withWorker(cloud, parts[0], (worker) =>
        ok([...worker.secrets.keys()].map((name) => ({ name, type: "secret_text" }))),
      ),
  ],
  [/^GET \/workers\/scripts\/([^/]+)\/settings$/, ({ cloud, parts }) => withWorker(cloud, parts[0], showSettings)],
  [
    /^GET \/workers\/services\/([^/]+)\/environments\/[^/]+\/bindings$/,
    ({ cloud, parts }) => withWorker(cloud, parts[0], (worker) => ok(worker.bindings)),
  ],
  [/^POST \/workers\/scripts\/([^/]+)\/assets-upload-session$/, () => ok({ jwt: "jwt-of-the-stand-in", buckets: [] })],
  [/^PUT \/workers\/scripts\/([^/]+)$/, upload],
  [
    /^GET \/workers\/scripts\/([^/]+)\/deployments$/,
    ({ cloud, parts }) => withWorker(cloud, parts[0], ({ uploads }) => ok({ deployments: [showDeployment(uploads)] })),
  ],
  [
    /^GET \/workers\/workers\/([^/]+)$/,
    ({ cloud, parts }) =>
      withWorker(cloud, parts[0], () =>
        ok({ id: parts[0], subdomain: { enabled: cloud.isOnWorkersDev, previews_enabled: false } }),
      ),
  ],
  [/^GET \/workers\/subdomain$/, () => ok({ subdomain })],
  [
    /^GET \/workers\/scripts\/[^/]+\/subdomain$/,
    ({ cloud }) => ok({ enabled: cloud.isOnWorkersDev, previews_enabled: cloud.isOnWorkersDev }),
  ],
  [
    /^POST \/workers\/scripts\/[^/]+\/subdomain$/,
    ({ cloud, body }) => {
      cloud.isOnWorkersDev = json(body).enabled;
      return ok({ enabled: cloud.isOnWorkersDev, previews_enabled: cloud.isOnWorkersDev });
    },
  ],
  [/^PUT \/workers\/scripts\/[^/]+\/schedules$/, ({ body }) => ok({ schedules: json(body) })],
  [
    /^PUT \/workers\/scripts\/[^/]+\/domains\/records$/,
    ({ cloud, body }) => {
      for (const { hostname } of json(body).origins ?? [])
        if (!cloud.domains.includes(hostname)) cloud.domains.push(hostname);
      return ok({});
    },
  ],
  [
    /^POST \/workers\/scripts\/[^/]+\/domains\/changeset$/,
    ({ body }) => ok({ added: json(body), removed: [], updated: [], conflicting: [] }),
  ],
  [
    /^DELETE \/workers\/services\/([^/]+)$/,
    ({ cloud, parts }) => withWorker(cloud, parts[0], () => ok(cloud.workers.delete(parts[0] ?? "") && null)),
  ],
  [/^GET \/storage\/kv\/namespaces$/, () => page([])],

  [
    /^GET \/queues$/,
    ({ cloud, query }) =>
      page(
        cloud.queues.filter(({ queue_name }) => !query.has("name") || query.get("name") === queue_name).map(showQueue),
      ),
  ],
  [/^POST \/queues$/, createQueue],
  [
    /^DELETE \/queues\/([^/]+)$/,
    ({ cloud, parts }) => {
      cloud.queues = cloud.queues.filter(({ queue_id }) => queue_id !== parts[0]);
      return ok(null);
    },
  ],
  [
    /^GET \/queues\/([^/]+)\/consumers$/,
    ({ cloud, parts }) => page(cloud.queues.find(({ queue_id }) => queue_id === parts[0])?.consumers ?? []),
  ],
  [
    /^(?:POST|PUT) \/queues\/([^/]+)\/consumers/,
    ({ cloud, parts }) => {
      const queue = cloud.queues.find(({ queue_id }) => queue_id === parts[0]);
      if (queue?.consumers.length === 0)
        queue.consumers.push({ consumer_id: randomUUID(), type: "worker", script: "trunkline" });
      return ok({});
    },
  ],
];

function withWorker(cloud: FakeCloudflare, name: string | undefined, show: (worker: Worker) => Answer): Answer {
  const worker = cloud.workers.get(name ?? "");
  return worker === undefined ? unknownWorker : show(worker);
}

function showSettings(worker: Worker): Answer {
  const secrets = [...worker.secrets.keys()].map((name) => ({ type: "secret_text", name }));
  return ok({
    bindings: [...worker.bindings.filter(({ type }) => type !== "secret_text"), ...secrets],
    compatibility_date: "2026-10-01",
    migration_tag: "v1",
  });
}

function showDeployment(uploads: number) {
  const id = `00000000-0000-4000-8000-${String(uploads).padStart(12, "0")}`;
  const created_on = "2026-01-01T00:00:00Z";
  return {
    id,
    source: "wrangler",
    strategy: "percentage",
    created_on,
    versions: [{ version_id: id, percentage: 100 }],
  };
}

type Database = { uuid: string; name: string; rows: DatabaseSync };
const showDatabase = ({ uuid, name }: Database) => ({
  uuid,
  name,
  version: "production",
  created_at: "2026-01-01T00:00:00Z",
  num_tables: 0,
  file_size: 0,
});

function withDatabase(cloud: FakeCloudflare, wanted: string | undefined, show: (database: Database) => Answer): Answer {
  const found = [...cloud.databases.values()].find(({ uuid, name }) => uuid === wanted || name === wanted);
  return found === undefined ? { status: 404, code: 7404, message: "The database could not be found" } : show(found);
}

function createDatabase({ cloud, body }: Asked): Answer {
  const { name } = json(body);
  if (cloud.databases.has(name))
    return { status: 400, code: 7502, message: `A database with the name ${name} already exists` };
  const made = { uuid: randomUUID(), name, rows: new DatabaseSync(":memory:") };
  cloud.databases.set(name, made);
  return ok(showDatabase(made));
}

/** D1 takes one or several statements in one text, and answers for each. */
function runSql(rows: DatabaseSync, { sql, params = [] }: { sql: string; params?: never[] }): Answer {
  const meta = {
    duration: 0,
    changes: 0,
    last_row_id: 0,
    rows_read: 0,
    rows_written: 0,
    served_by: "stand-in",
    changed_db: true,
    size_after: 0,
  };
  try {
    const isOne = !/;\s*\S/.test(sql.replace(/--.*$/gm, ""));
    if (!isOne) rows.exec(sql);
    const results = isOne ? rows.prepare(sql).all(...params) : [];
    return ok([{ results, success: true, meta }]);
  } catch (error) {
    return { status: 400, code: 7500, message: `${(error as Error).message}: SQLITE_ERROR` };
  }
}

function showQueue({ queue_id, queue_name, consumers }: Queue) {
  return {
    queue_id,
    queue_name,
    consumers,
    consumers_total_count: consumers.length,
    producers: [],
    producers_total_count: 0,
    settings: {},
    created_on: "",
    modified_on: "",
  };
}

function createQueue({ cloud, body }: Asked): Answer {
  const { queue_name } = json(body);
  if (cloud.queues.some((queue) => queue.queue_name === queue_name))
    return { status: 400, code: 11009, message: "Queue name already taken" };
  const made = { queue_id: randomUUID().replaceAll("-", ""), queue_name, consumers: [] };
  cloud.queues.push(made);
  return ok(showQueue(made));
}

async function modulesOf(form: FormData, main: string): Promise<Worker["modules"]> {
  const files = [...form.values()].filter((part) => typeof part === "object");
  const modules = files.map(async (file) => ({ name: file.name, code: await file.text() }));
  return (await Promise.all(modules)).sort((one, other) => Number(other.name === main) - Number(one.name === main));
}

/** As Cloudflare does it: what the upload says to keep of the Worker before, stays. */
async function upload({ cloud, parts: [name = ""], body, request }: Asked): Promise<Answer> {
  const form = await new Response(new Uint8Array(body), {
    headers: { "Content-Type": String(request.headers["content-type"]) },
  }).formData();
  const metadata = JSON.parse(String(form.get("metadata")));
  const before = cloud.workers.get(name);
  const modules = await modulesOf(form, metadata.main_module);
  const bindings = (metadata.bindings as Worker["bindings"]).map((binding) =>
    binding.type === "inherit" ? (before?.bindings.find(({ name }) => name === binding.name) ?? binding) : binding,
  );
  const named = new Set(bindings.map(({ name }) => name));
  if (metadata.keep_bindings?.includes("plain_text") === true)
    bindings.push(...(before?.bindings ?? []).filter(({ type, name }) => type === "plain_text" && !named.has(name)));
  const worker: Worker = { secrets: new Map(), bindings, uploads: (before?.uploads ?? 0) + 1, modules };
  if (metadata.keep_bindings?.includes("secret_text") === true) {
    for (const [key, value] of before?.secrets ?? []) worker.secrets.set(key, value);
  }
  for (const binding of worker.bindings)
    if (binding.type === "secret_text") worker.secrets.set(binding.name, String(binding.text));
  const database = worker.bindings.find(({ type }) => type === "d1");
  if (![...cloud.databases.values()].some(({ uuid }) => uuid === database?.id)) {
    return {
      status: 400,
      code: 10181,
      message: `D1 binding 'DB' references database '${String(database?.id)}' which was not found.`,
    };
  }
  cloud.workers.set(name, worker);
  await cloud.onUpload?.(worker);
  return ok({
    id: name,
    etag: "e",
    deployment_id: randomUUID().replaceAll("-", ""),
    startup_time_ms: 12,
    entry_point: "index.js",
    has_assets: true,
  });
}
