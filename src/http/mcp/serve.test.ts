import { createMcpHandler, McpServer as LibraryServer } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { McpServer } from "./methods.ts";
import { serveMcp } from "./serve.ts";

const info = { name: "trunkline", title: "Trunkline", version: "1.2.3" };
const instructions = "Two tools.";
const described = { $schema: "https://json-schema.org/draft/2020-12/schema", type: "object" };

const ours: McpServer = {
  info,
  instructions,
  list: () => [
    {
      name: "echo",
      description: "Says it again.",
      inputSchema: { ...described, properties: { text: { type: "string" } }, required: ["text"] },
      annotations: { readOnlyHint: true },
    },
  ],
  async call(name, { text }) {
    if (name !== "echo") return null;
    return { structuredContent: { text }, content: [{ type: "text", text: String(text) }] };
  },
};

/** The protocol's own library over the same tool: what it answers is what clients expect. */
function askLibrary(request: Request): Promise<Response> {
  const handler = createMcpHandler(
    () => {
      const server = new LibraryServer(info, { instructions, capabilities: { tools: { listChanged: false } } });
      const input = z.object({ text: z.string() });
      const config = { description: "Says it again.", inputSchema: input, annotations: { readOnlyHint: true } };
      server.registerTool("echo", config, async ({ text }) => ({
        structuredContent: { text },
        content: [{ type: "text", text }],
      }));
      return server;
    },
    { legacy: "stateless" },
  );
  return handler.fetch(request);
}

type Asked = { headers?: Record<string, string>; body: unknown };

async function ask({ headers = {}, body }: Asked) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const sent = { "Content-Type": "application/json", Accept: "application/json, text/event-stream", ...headers };
  const request = new Request("https://gateway.test/mcp", { method: "POST", headers: sent, body: text });
  const [mine, theirs] = await Promise.all([
    serveMcp(request.headers, new TextEncoder().encode(text), ours),
    askLibrary(request),
  ]);
  return { mine: await read(mine), theirs: await read(theirs) };
}

async function read(response: Response) {
  const text = await response.text();
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = ""]) => JSON.parse(data));
  const type = response.headers.get("Content-Type")?.split(";")[0] ?? null;
  return {
    status: response.status,
    type,
    answer: events.length > 0 ? events : text === "" ? null : [JSON.parse(text)],
  };
}

/** What a program goes by: the status, the code, the result; the words of a refusal, and whether it repeats the id, are each one's own. */
function essence({ status, type, answer }: Awaited<ReturnType<typeof read>>) {
  const plain = answer?.map((one) =>
    one.error === undefined ? one : { ...(status === 200 ? one : {}), error: { code: one.error.code } },
  );
  return { status, type, answer: plain?.sort((a, b) => String(a.id).localeCompare(String(b.id))) ?? null };
}

const call = (method: string, params?: unknown, id: unknown = 1) => ({ jsonrpc: "2.0", id, method, params });
const hello = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "c", version: "1" } };
const meta = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};
const stateless = (method: string, params: Record<string, unknown> = {}, headers: Record<string, string> = {}) => ({
  headers: {
    "MCP-Protocol-Version": "2026-07-28",
    "Mcp-Method": method,
    ...(typeof params.name === "string" ? { "Mcp-Name": params.name } : {}),
    ...headers,
  },
  body: call(method, { ...params, _meta: meta }),
});
const without = (asked: ReturnType<typeof stateless>, name: string) => ({
  ...asked,
  headers: Object.fromEntries(Object.entries(asked.headers).filter(([known]) => known !== name)),
});
const echo = { name: "echo", arguments: { text: "hi" } };

const cases: Record<string, Asked> = {
  "a handshake": { body: call("initialize", hello) },
  "a handshake of a revision that nobody knows": { body: call("initialize", { ...hello, protocolVersion: "1999" }) },
  "a handshake that names the stateless revision": {
    body: call("initialize", { ...hello, protocolVersion: "2026-07-28" }),
  },
  "a handshake with the stateless header": {
    headers: { "MCP-Protocol-Version": "2026-07-28" },
    body: call("initialize", hello),
  },
  "a handshake's end": { body: { jsonrpc: "2.0", method: "notifications/initialized" } },
  "a cancellation": { body: { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } } },
  "a ping": { body: call("ping") },
  "a ping with a text as its id": { body: call("ping", {}, "a") },
  "a list": { body: call("tools/list") },
  "a list by a known revision": { headers: { "MCP-Protocol-Version": "2025-11-25" }, body: call("tools/list", {}) },
  "a list by an unknown revision": { headers: { "MCP-Protocol-Version": "2020-01-01" }, body: call("tools/list", {}) },
  "a call": { body: call("tools/call", echo) },
  "a call of no tool": { body: call("tools/call", { name: "none", arguments: {} }) },
  "a call without a name": { body: call("tools/call", {}) },
  "a call with a list of arguments": { body: call("tools/call", { name: "echo", arguments: [] }) },
  "a method that is not there": { body: call("resources/list", {}) },
  "a method of nobody": { body: call("toString", {}) },
  "a batch": {
    body: [call("ping", {}, 1), call("tools/call", echo, 2), { jsonrpc: "2.0", method: "notifications/x" }],
  },
  "a batch of notifications": { body: [{ jsonrpc: "2.0", method: "notifications/x" }] },
  "an empty batch": { body: [] },
  "a batch with nonsense": { body: [call("ping"), 7] },
  "a batch of the stateless revision": { body: [call("tools/list", { _meta: meta })] },
  "a batch too long": { body: Array.from({ length: 101 }, (_, id) => call("ping", {}, id)) },
  "a response": { body: { jsonrpc: "2.0", id: 1, result: {} } },
  "no JSON": { body: "{" },
  nothing: { body: "" },
  "a text": { body: '"x"' },
  "another protocol": { body: { jsonrpc: "1.0", id: 1, method: "ping" } },
  "an id of null": { body: call("ping", {}, null) },
  "an id with a fraction": { body: call("ping", {}, 1.5) },
  "an unknown member": { body: { ...call("ping"), more: 1 } },
  "another media type": { headers: { "Content-Type": "text/plain" }, body: call("ping") },
  "no media type's parameter matters": {
    headers: { "Content-Type": "Application/JSON; charset=utf-8" },
    body: call("ping"),
  },
  "stateless: discovery": stateless("server/discover"),
  "stateless: a list": stateless("tools/list"),
  "stateless: a call": stateless("tools/call", echo),
  "stateless: a call whose name is packed": stateless("tools/call", echo, { "Mcp-Name": `=?base64?${btoa("echo")}?=` }),
  "stateless: a call whose name is packed wrongly": stateless("tools/call", echo, { "Mcp-Name": "=?base64?!?=" }),
  "stateless: a call of no tool": stateless("tools/call", { name: "none" }),
  "stateless: a method that is not there": stateless("prompts/list"),
  "stateless: what that revision dropped": stateless("ping"),
  "stateless: the header names another method": stateless("tools/list", {}, { "Mcp-Method": "tools/call" }),
  "stateless: the header names another tool": stateless("tools/call", echo, { "Mcp-Name": "other" }),
  "stateless: the header names another revision": stateless("tools/list", {}, { "MCP-Protocol-Version": "2025-11-25" }),
  "stateless: no header of the revision": without(stateless("tools/list"), "MCP-Protocol-Version"),
  "stateless: no header of the method": without(stateless("tools/list"), "Mcp-Method"),
  "stateless: no header of the name": without(stateless("tools/call", echo), "Mcp-Name"),
  "stateless: a header without a claim": {
    headers: { "MCP-Protocol-Version": "2026-07-28" },
    body: call("tools/list", {}),
  },
  "stateless: a claim without capabilities": {
    headers: { "MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/list" },
    body: call("tools/list", { _meta: { "io.modelcontextprotocol/protocolVersion": "2026-07-28" } }),
  },
  "stateless: a claim that is no text": {
    body: call("tools/list", { _meta: { ...meta, "io.modelcontextprotocol/protocolVersion": 7 } }),
  },
  "stateless: a revision to come": {
    headers: { "MCP-Protocol-Version": "2027-01-01", "Mcp-Method": "tools/list" },
    body: call("tools/list", { _meta: { ...meta, "io.modelcontextprotocol/protocolVersion": "2027-01-01" } }),
  },
  "stateless: an older revision claimed": {
    body: call("tools/list", { _meta: { ...meta, "io.modelcontextprotocol/protocolVersion": "2025-11-25" } }),
  },
  "stateless: a notification": {
    body: { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1, _meta: meta } },
  },
};

describe("what comes to the door for agents is answered as the protocol's own library answers it", () => {
  it.each(Object.entries(cases))("%s", async (_, asked) => {
    const { mine, theirs } = await ask(asked);
    expect(essence(mine)).toEqual(essence(theirs));
  });
});
