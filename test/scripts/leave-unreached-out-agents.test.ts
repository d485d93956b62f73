import { resolve } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { expect, test } from "vitest";
import { bundleOptions } from "../../scripts/bundle.mjs";
import { leaveUnreachedOut } from "../../scripts/leave-unreached-out.mjs";

type Serve = (
  request: Request,
  body: Uint8Array,
  world: unknown,
  version: string,
  note: () => void,
) => Promise<Response>;

const root = resolve(import.meta.dirname, "../..");

async function bundleServer(plugins: Plugin[]): Promise<Serve> {
  const built = await rolldown({
    ...bundleOptions(root),
    input: resolve(root, "src/http/mcp/server.ts"),
    // How tools are described, which this asks of zod here, is left out of the Worker by describe-tools.mjs.
    plugins: [{ name: "no tools", load: (id) => (id.endsWith("/mcp/described.ts") ? noWords : null) }, ...plugins],
  });
  const { output } = await built.generate({ codeSplitting: false });
  await built.close();
  const code = Buffer.from(output[0].code).toString("base64");
  return (await import(`data:text/javascript;base64,${code}`)).serveMcp;
}

const noWords = 'export const describeTool = () => ({ input: { type: "object" }, output: { type: "object" } });';

const methods = [
  ...["ping", "initialize", "server/discover", "subscriptions/listen", "tools/list", "tools/call", "logging/setLevel"],
  ...["prompts/get", "prompts/list", "resources/list", "resources/read", "resources/templates/list", "tasks/get"],
  ...[
    "resources/subscribe",
    "completion/complete",
    "sampling/createMessage",
    "elicitation/create",
    "roots/list",
    "no/such",
  ],
  ...["notifications/cancelled", "notifications/progress", "notifications/initialized", "notifications/message"],
  ...["notifications/roots/list_changed", "notifications/tasks/status", "notifications/elicitation/complete"],
];
const client = { name: "test", version: "1" };
const params = [
  undefined,
  {},
  { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: client },
  { protocolVersion: 7, capabilities: { elicitation: {}, tasks: { list: {} } }, clientInfo: { name: "x" } },
  { name: "me", arguments: {} },
  { name: "send_message", arguments: { to: 5 } },
  { name: 5, cursor: 5, requestId: {}, progressToken: null, notifications: 3, level: "loud" },
  { requestId: 1, progressToken: 1, progress: 0.5, inputResponses: { a: { action: "accept" } }, requestState: "s" },
];
const metas = [
  undefined,
  {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": client,
  },
  { "io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": 5 },
  { "io.modelcontextprotocol/protocolVersion": "2099-01-01", progressToken: {} },
];

const requests = methods.flatMap((method) =>
  params.flatMap((given) =>
    metas.map((meta) => ({ jsonrpc: "2.0", ...idOf(method), method, ...paramsOf(given, meta) })),
  ),
);
const messages: object[] = [
  ...requests,
  { jsonrpc: "2.0", id: 1, result: {} },
  { jsonrpc: "2.0", id: 1, error: { code: 1, message: "no" } },
  { jsonrpc: "1.0", id: 1, method: "ping" },
];

function idOf(method: string): object {
  return method.startsWith("notifications/") ? {} : { id: 1 };
}

function paramsOf(given?: object, meta?: object): object {
  if (given === undefined && meta === undefined) return {};
  return { params: { ...given, ...(meta && { _meta: meta }) } };
}

async function answer(serve: Serve, message: object) {
  const { _meta, ...given } = (message as { params?: Record<string, unknown> }).params ?? {};
  const { method } = message as { method?: string };
  const revision = (_meta as Record<string, string> | undefined)?.["io.modelcontextprotocol/protocolVersion"];
  const headers = {
    "Content-Type": "application/json",
    Accept: "application/json, text/event-stream",
    ...(revision && { "MCP-Protocol-Version": revision, "Mcp-Method": method ?? "" }),
    ...(revision && typeof given.name === "string" && { "Mcp-Name": given.name }),
  };
  const request = new Request("http://localhost/mcp", { method: "POST", headers });
  const world = { key: { keyId: "k" }, now: () => 0, api: refuse, pool: refuse };
  const response = await serve(request, new TextEncoder().encode(JSON.stringify(message)), world, "1", () => {});
  const isListened = method === "subscriptions/listen" && response.status === 200;
  if (isListened) await response.body?.cancel();
  return { status: response.status, body: isListened ? "a stream" : await response.text() };
}

const refuse = async () => ({ ok: false, failure: { code: "not_found", message: "There is none.", context: {} } });

test("agents are answered the same, whatever they say, with what is left out of the protocol's library and without", async () => {
  const whole = await bundleServer([]);
  const left = await bundleServer([{ ...leaveUnreachedOut(), buildEnd: () => {} }]);
  const seen = new Set<number>();
  for (const message of messages) {
    const expected = await answer(whole, message);
    seen.add(expected.status);
    expect(await answer(left, message), JSON.stringify(message)).toEqual(expected);
  }
  expect([...seen].sort()).toEqual(expect.arrayContaining([200, 202, 400]));
});
