import { answerMethod, type McpServer } from "./methods.ts";
import { type Revision, refuseHeader, ruleRevision } from "./revisions.ts";
import {
  type RpcError,
  type RpcMessage,
  type RpcParams,
  type RpcRequest,
  readRpc,
  rpcCodes,
  rpcRefusal,
} from "./rpc.ts";

/** The most messages of one batch, which only the earlier revisions know. */
const longestBatch = 100;

/** Answers one POST of a client (Streamable HTTP without a session): 200 with the answer, 202 for what wants none, else the protocol's own refusal. */
export async function serveMcp(headers: Headers, body: Uint8Array, server: McpServer): Promise<Response> {
  const type = headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") return refuse(415, rpcCodes.refused, "Content-Type must be application/json");
  const read = parse(body);
  if (read === undefined) return refuse(400, rpcCodes.parseError, "Parse error: Invalid JSON");
  if (Array.isArray(read)) return serveBatch(headers, read, server);
  const message = readRpc(read);
  if (message === null) return refuse(400, rpcCodes.invalidRequest, "The body is not a JSON-RPC message");
  if (message.kind === "response") return accepted();
  const ruling = ruleRevision(message, headers);
  const id = message.kind === "request" ? message.id : null;
  if (!ruling.ok) return json(400, rpcRefusal(id, ruling.error));
  if (message.kind === "notification") return accepted();
  const answer = await answerMethod(message, ruling.revision, server);
  const status = ruling.revision === "stateless" ? statusOf(answer) : 200;
  return status === 200 ? answered(headers, ruling.revision, [answer]) : json(status, answer);
}

async function serveBatch(headers: Headers, read: readonly unknown[], server: McpServer): Promise<Response> {
  const messages = read.map(readRpc);
  const refused = refuseBatch(headers, messages);
  if (refused !== null) return json(400, rpcRefusal(null, refused));
  const requests = messages.filter((message): message is RpcRequest => message?.kind === "request");
  if (requests.length === 0) return accepted();
  const answers = await Promise.all(requests.map((request) => answerMethod(request, "handshake", server)));
  return answered(headers, "handshake", answers);
}

function refuseBatch(headers: Headers, messages: readonly (RpcMessage | null)[]): RpcError | null {
  if (messages.length === 0) return wrong("A batch holds at least one message");
  if (messages.length > longestBatch) return wrong(`A batch holds at most ${longestBatch} messages`);
  if (messages.includes(null)) return wrong("The batch holds what is not a JSON-RPC message");
  if (!messages.every(mayStandInBatch)) return wrong("initialize stands alone, and newer revisions have no batches");
  return refuseHeader(headers);
}

function mayStandInBatch(message: RpcMessage | null): boolean {
  if (message === null || message.kind === "response") return true;
  const ruling = ruleRevision(message, new Headers());
  return message.method !== "initialize" && ruling.ok && ruling.revision === "handshake";
}

function wrong(message: string): RpcError {
  return { code: rpcCodes.invalidRequest, message };
}

/** The stateless revision tells by the status that there is no such method; every other answer to a request is 200. */
function statusOf(answer: RpcParams): number {
  const { error } = answer as { error?: RpcError };
  return error?.code === rpcCodes.methodNotFound ? 404 : 200;
}

/** The earlier revisions' clients have always been answered in a stream of events where they accept one; the rest as JSON. */
function answered(headers: Headers, revision: Revision, answers: readonly RpcParams[]): Response {
  if (revision === "handshake" && headers.get("Accept")?.includes("text/event-stream") === true) {
    const frames = answers.map((answer) => `event: message\ndata: ${JSON.stringify(answer)}\n\n`);
    return new Response(frames.join(""), {
      headers: { "Content-Type": "text/event-stream", "Cache-Control": "no-store" },
    });
  }
  return json(200, answers.length === 1 ? answers[0] : answers);
}

function refuse(status: number, code: RpcError["code"], message: string): Response {
  return json(status, rpcRefusal(null, { code, message }));
}

function json(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

function accepted(): Response {
  return new Response(null, { status: 202 });
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(body));
  } catch {
    return undefined;
  }
}
