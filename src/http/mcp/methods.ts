import { handshakeRevisions, type Revision, serverInfoKey, statelessRevisions } from "./revisions.ts";
import { isRecord, type RpcParams, type RpcRequest, rpcCodes, rpcRefusal } from "./rpc.ts";

/** What a tool answers a model with. */
export type ToolResult = {
  isError?: true;
  structuredContent?: RpcParams;
  content: { type: "text"; text: string }[];
};

/** What the door offers: its name, what a model is told first, its tools as they are listed, and how one is called (null: there is none of that name). */
export type McpServer = {
  info: { name: string; title: string; version: string };
  instructions: string;
  list(): RpcParams[];
  call(name: string, given: RpcParams): Promise<ToolResult | null>;
};

type Method = (params: RpcParams, server: McpServer) => RpcParams | string | Promise<RpcParams | string>;

/** The tools are the same for the life of a deployment, and hold nothing that is a secret of the key. */
const capabilities = { tools: { listChanged: false } };
/** Every list may be asked for again at once: its reader keeps it for no longer than it wants. */
const uncached = { ttlMs: 0, cacheScope: "private" };

const handshake: Readonly<Record<string, Method>> = {
  initialize: greet,
  ping: () => ({}),
  "tools/list": (_, server) => ({ tools: server.list() }),
  "tools/call": callTool,
};
const stateless: Readonly<Record<string, Method>> = {
  "server/discover": (_, { instructions }) => ({
    supportedVersions: statelessRevisions,
    capabilities,
    instructions,
    ...uncached,
  }),
  "tools/list": (_, server) => ({ tools: server.list(), ...uncached }),
  "tools/call": callTool,
};

/** Answers a request by its revision's methods. A method gives its result, or in words what is wrong with the parameters. */
export async function answerMethod(request: RpcRequest, revision: Revision, server: McpServer): Promise<RpcParams> {
  const { id, method, params } = request;
  const methods = revision === "stateless" ? stateless : handshake;
  const answer = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (answer === undefined) return rpcRefusal(id, { code: rpcCodes.methodNotFound, message: "Method not found" });
  const result = await answer(params, server);
  if (typeof result === "string") return rpcRefusal(id, { code: rpcCodes.invalidParams, message: result });
  if (revision === "handshake") return { result, jsonrpc: "2.0", id };
  const told = { ...result, resultType: "complete", _meta: { [serverInfoKey]: server.info } };
  return { result: told, jsonrpc: "2.0", id };
}

/** Agrees on the revision that the client names, or else offers the newest of those that begin so. */
function greet(params: RpcParams, { info, instructions }: McpServer): RpcParams | string {
  const { protocolVersion, capabilities: able, clientInfo } = params;
  const introduced = isRecord(clientInfo) && typeof clientInfo.name === "string";
  if (typeof protocolVersion !== "string" || !isRecord(able) || !introduced) {
    return "initialize needs protocolVersion, capabilities and clientInfo";
  }
  const agreed = handshakeRevisions.find((known) => known === protocolVersion) ?? handshakeRevisions[0];
  return { protocolVersion: agreed, capabilities, serverInfo: info, instructions };
}

async function callTool(params: RpcParams, server: McpServer): Promise<RpcParams | string> {
  const { name, arguments: given = {} } = params;
  if (typeof name !== "string" || !isRecord(given)) return "tools/call needs a name, and arguments as an object";
  return (await server.call(name, given)) ?? `Tool ${name} not found`;
}
