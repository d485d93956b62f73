import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeTool } from "../../src/http/mcp/described.ts";
import { tools as own } from "../../src/http/mcp/tools.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
});

test("the session that docs/agents.md prints goes as it says", () => {
  const [session = ""] = /```sh\n([\s\S]*?)```/.exec(readFileSync("docs/agents.md", "utf8"))?.slice(1) ?? [];
  const env = { ...process.env, URL: gateway.url, KEY: gateway.testKey };
  const said = execFileSync("bash", ["-euc", session], { env, encoding: "utf8" }).trim().split("\n");
  const answers = said.map((line) => JSON.parse(line).result.structuredContent);
  expect(answers).toMatchObject([
    { mode: "test" },
    { status: expect.any(String), why_this_number: expect.any(String), repeated: false },
    {
      replies: [{ by: "contact", text: "Hello back", status: "received" }],
      timed_out: false,
      after: expect.any(String),
    },
    {
      messages: [
        { by: "us", text: "Hello from an agent" },
        { by: "contact", text: "Hello back" },
      ],
    },
  ]);
});

test("the configuration that docs/agents.md prints names a door that stands there", async () => {
  const [, printed = "{}"] = /```json\n(\{\n[\s\S]*?)```/.exec(readFileSync("docs/agents.md", "utf8")) ?? [];
  const { url, headers } = JSON.parse(printed).mcpServers.trunkline;
  const { pathname } = new URL(url);
  const authorization = headers.Authorization.replace("YOUR_API_KEY", gateway.testKey);
  const client = new Client({ name: "an-agent", version: "1.0.0" }, { versionNegotiation: { mode: "auto" } });
  const requestInit = { headers: { Authorization: authorization } };
  await client.connect(new StreamableHTTPClientTransport(new URL(pathname, gateway.url), { requestInit }));
  const { tools } = await client.listTools();
  const documented = [...readFileSync("docs/agents.md", "utf8").matchAll(/^\| (`[^|]+`) \|/gm)].flatMap(
    ([, names = ""]) => [...names.matchAll(/`(\w+)`/g)].map((match) => match[1]),
  );
  expect(tools.map(({ name }) => name).sort()).toEqual(documented.sort());
  // The Worker as it is deployed has these from its bundling.
  const described = own.map((tool) => ({ name: tool.name, ...describeTool(tool) }));
  expect(
    tools.map(({ name, inputSchema, outputSchema }) => ({ name, input: inputSchema, output: outputSchema })),
  ).toEqual(described);
  await client.close();
});
