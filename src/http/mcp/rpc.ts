/** JSON-RPC 2.0 as the Model Context Protocol uses it: the id of a request is a text or an integer, never null. */
export type RpcId = string | number;
export type RpcParams = Record<string, unknown>;
export type RpcRequest = { kind: "request"; id: RpcId; method: string; params: RpcParams };
export type RpcNotification = { kind: "notification"; method: string; params: RpcParams };
export type RpcMessage = RpcRequest | RpcNotification | { kind: "response" };

/** Codes of JSON-RPC, and those that the protocol adds (modelcontextprotocol.io, revision 2026-07-28). */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  /** Nothing more exact: what went wrong is in the words. */
  refused: -32000,
  headerMismatch: -32020,
  unsupportedVersion: -32022,
} as const;

export type RpcCode = (typeof rpcCodes)[keyof typeof rpcCodes];
export type RpcError = { code: RpcCode; message: string; data?: unknown };

/** Returns what a value says as one message of JSON-RPC, or null where it is none. */
export function readRpc(value: unknown): RpcMessage | null {
  if (!isRecord(value) || value.jsonrpc !== "2.0") return null;
  const { id, method, params = {} } = value;
  if (typeof method !== "string") return "result" in value || "error" in value ? { kind: "response" } : null;
  if (!isRecord(params) || !holdsOnly(value, ["jsonrpc", "id", "method", "params"])) return null;
  if (!("id" in value)) return { kind: "notification", method, params };
  return typeof id === "string" || Number.isInteger(id) ? { kind: "request", id: id as RpcId, method, params } : null;
}

/** Returns the answer to a request that was refused; `id` is null where it could not be read. */
export function rpcRefusal(id: RpcId | null, error: RpcError): RpcParams {
  return { jsonrpc: "2.0", error, id };
}

/** Returns whether a value is a JSON object. */
export function isRecord(value: unknown): value is RpcParams {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function holdsOnly(value: RpcParams, names: readonly string[]): boolean {
  return Object.keys(value).every((name) => names.includes(name));
}
