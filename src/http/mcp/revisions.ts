import { isRecord, type RpcError, type RpcMessage, type RpcParams, rpcCodes } from "./rpc.ts";

/** The revisions in which a client first says hello (`initialize`), newest first. */
export const handshakeRevisions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"] as const;
/** The revisions in which every request names its own revision and what its client can do. */
export const statelessRevisions = ["2026-07-28"] as const;

const keys = {
  version: "io.modelcontextprotocol/protocolVersion",
  capabilities: "io.modelcontextprotocol/clientCapabilities",
};
/** Where an answer of the stateless revision says who gave it. */
export const serverInfoKey = "io.modelcontextprotocol/serverInfo";

/** The header that repeats what a request is about, by its method, and the parameter that it repeats. */
const named: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
};

export type Revision = "handshake" | "stateless";
export type Ruling = { ok: true; revision: Revision } | { ok: false; error: RpcError };
type Spoken = Exclude<RpcMessage, { kind: "response" }>;

/** Decides by which revision a message is answered: what its body claims counts, and the headers must not say otherwise. */
export function ruleRevision(message: Spoken, headers: Headers): Ruling {
  const header = headers.get("MCP-Protocol-Version");
  const meta = isRecord(message.params._meta) ? message.params._meta : {};
  const claimed = keys.version in meta;
  const newer = header !== null && isStateless(header);
  if (message.method === "initialize" && !claimed) {
    return newer
      ? mismatch(header, "an initialize request (the handshake of earlier revisions) came with it")
      : { ok: true, revision: "handshake" };
  }
  if (claimed) return ruleClaim(message, meta, headers);
  if (!newer) return ruleHandshake(header);
  if (message.kind === "notification") return { ok: true, revision: "stateless" };
  const missing = `the MCP-Protocol-Version header names revision ${header}, but _meta lacks ${keys.version}`;
  return refuse(rpcCodes.invalidParams, `Invalid params: ${missing}`);
}

/** Returns the refusal of a batch's header, which names one revision for all of them, or null. */
export function refuseHeader(headers: Headers): RpcError | null {
  const ruling = ruleHandshake(headers.get("MCP-Protocol-Version"));
  return ruling.ok ? null : ruling.error;
}

function ruleHandshake(header: string | null): Ruling {
  if (header === null || handshakeRevisions.some((known) => known === header.trim())) {
    return { ok: true, revision: "handshake" };
  }
  const known = [...statelessRevisions, ...handshakeRevisions].join(", ");
  return refuse(
    rpcCodes.refused,
    `Bad Request: Unsupported protocol version: ${header} (supported versions: ${known})`,
  );
}

function ruleClaim(message: Spoken, meta: RpcParams, headers: Headers): Ruling {
  const version = meta[keys.version];
  if (typeof version !== "string") return lacks(keys.version);
  if (message.kind === "request" && !isRecord(meta[keys.capabilities])) return lacks(keys.capabilities);
  const header = headers.get("MCP-Protocol-Version")?.trim() ?? version;
  if (header !== version) return mismatch(header, `the body names revision ${version}`);
  const method = headers.get("Mcp-Method")?.trim() ?? message.method;
  if (method !== message.method) return mismatch(method, `the body names ${message.method}`);
  if (!statelessRevisions.some((known) => known === version)) {
    const data = { supported: statelessRevisions, requested: version };
    return refuse(rpcCodes.unsupportedVersion, `Unsupported protocol version: ${version}`, data);
  }
  const wrong = message.kind === "request" ? checkHeaders(message, headers) : null;
  return wrong ?? { ok: true, revision: "stateless" };
}

function lacks(key: string): Ruling {
  return refuse(rpcCodes.invalidParams, `Invalid params: ${key} is missing from _meta, or not of its type.`);
}

/** A request names its revision, its method and what it is about in headers too, so that whoever stands between need not read the body. */
function checkHeaders({ method, params }: Spoken, headers: Headers): Ruling | null {
  for (const name of ["MCP-Protocol-Version", "Mcp-Method"]) {
    if (!headers.has(name)) return mismatch("(missing)", `the ${name} header is required`);
  }
  const about = params[named[method] ?? ""];
  if (named[method] === undefined || typeof about !== "string") return null;
  const said = headers.get("Mcp-Name")?.trim();
  if (said === undefined)
    return mismatch("(missing)", `the Mcp-Name header is required beside ${JSON.stringify(about)}`);
  return decodeHeader(said) === about ? null : mismatch(said, `the body names ${JSON.stringify(about)}`);
}

/** What has no place in a header stands there as `=?base64?…?=`; null where that cannot be read. */
function decodeHeader(value: string): string | null {
  const packed = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
  if (packed === undefined) return value;
  try {
    const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return null;
  }
}

/** Revisions are dates: all from the first stateless one on are of its kind. */
function isStateless(version: string): boolean {
  return version.trim() >= statelessRevisions[0];
}

function mismatch(header: string, body: string): Ruling {
  const message = `Bad Request: the request headers and body disagree: ${body}`;
  return refuse(rpcCodes.headerMismatch, message, { mismatch: { header, body } });
}

function refuse(code: RpcError["code"], message: string, data?: unknown): Ruling {
  return { ok: false, error: data === undefined ? { code, message } : { code, message, data } };
}
