import { randomUUID } from "node:crypto";
import { Transform } from "node:stream";

const HEAD_BYTES = 64 * 1024;
const HEADERS = 200;
const HEAD_MS = 10_000;
const BODY_STALL_MS = 30_000;
const END_OF_HEAD = "\r\n\r\n";
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]);

/**
 * Lets the requests of one connection through byte for byte, and follows where each ends (RFC 9112 sections 2 to 7). A head that the
 * runtime would answer with words of its own ends the stream instead: `refusal` is then the answer to give after those that are
 * still owed. What comes later is swallowed. It ends in an error where a body stands still for 30 seconds.
 */
export class RequestGate extends Transform {
  refusal = null;
  #held = null;
  #read = readHead;
  #left = 0;
  #timer = null;

  _transform(chunk, _encoding, done) {
    if (this.refusal !== null) return done();
    clearTimeout(this.#timer);
    const data = this.#held === null ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = null;
    let at = 0;
    while (at < data.length) {
      const step = this.#read(data, at, this.#left);
      if (step.refuse) return this.#refuse(data.subarray(0, at), step.refuse, done);
      if (step.wait) break;
      ({ next: at, read: this.#read, left: this.#left = 0 } = step);
    }
    if (at < data.length) this.#held = data.subarray(at);
    if (at > 0) this.push(data.subarray(0, at));
    this.#watch();
    done();
  }

  _flush(done) {
    clearTimeout(this.#timer);
    if (this.#held !== null && this.#read !== readHead) this.push(this.#held);
    done();
  }

  _destroy(error, done) {
    clearTimeout(this.#timer);
    done(error);
  }

  /** A head must be whole within ten seconds of its last rest; a body may take its time, but not stand still. */
  #watch() {
    if (this.#read !== readHead) {
      this.#timer = setTimeout(() => this.destroy(new Error("The request stood still.")), BODY_STALL_MS).unref();
    } else if (this.#held !== null) {
      this.headSince ??= Date.now();
      const left = Math.max(0, this.headSince + HEAD_MS - Date.now());
      this.#timer = setTimeout(() => this.#refuse(null, "The request was not sent whole in time.", () => {}), left);
      this.#timer.unref();
    }
    if (this.#held === null) this.headSince = null;
  }

  #refuse(before, message, done) {
    this.refusal = answerOf(message);
    if (before !== null && before.length > 0) this.push(before);
    this.push(null);
    done();
  }
}

function readHead(data, at) {
  const start = data[at];
  if (start === 0x0d || start === 0x0a) return { next: at + 1, read: readHead };
  const end = data.indexOf(END_OF_HEAD, at, "latin1");
  const head = data.latin1Slice(at, end === -1 ? Math.min(data.length, at + HEAD_BYTES + 1) : end);
  if (head.length > HEAD_BYTES) return { refuse: `The head of the request is larger than ${HEAD_BYTES / 1024} KiB.` };
  if (end === -1) return /^[A-Z]/.test(head) && !/(?:^|[^\r])\n/.test(head) ? { wait: true } : { refuse: NO_HTTP };
  const { refuse, left } = judgeHead(head);
  if (refuse !== undefined) return { refuse };
  const next = end + END_OF_HEAD.length;
  if (left === "chunked") return { next, read: readChunkSize };
  return left > 0 ? { next, read: readBody, left } : { next, read: readHead };
}

const NO_HTTP = "This is no request in HTTP/1.1.";
const REQUEST_LINE = /^([A-Za-z-]{1,32}) ([\x21-\x7e]+) HTTP\/1\.[01]$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;

/** Says what is wrong with a head, or how long its body is. */
function judgeHead(head) {
  const [first, ...lines] = head.split("\r\n");
  const [, method, target] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined) return { refuse: NO_HTTP };
  if (!METHODS.has(method)) return { refuse: `The method ${method} is taken nowhere here.` };
  if (lines.length > HEADERS) return { refuse: `The request has more than ${HEADERS} header fields.` };
  const fields = new Map();
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined) return { refuse: "A header field is not written as HTTP asks." };
    const known = name.toLowerCase();
    fields.set(known, [...(fields.get(known) ?? []), value]);
  }
  return judgeFields(target, fields);
}

function judgeFields(target, fields) {
  const [host, ...otherHosts] = fields.get("host") ?? [];
  const absolute = /^https?:\/\//i.test(target);
  if (!host || otherHosts.length > 0 || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(`http://${host}/`)) {
    return { refuse: "The request must have one Host, a name or an address." };
  }
  if (absolute ? !URL.canParse(target) : !target.startsWith("/")) {
    return { refuse: "The target of the request must be a path." };
  }
  if (fields.get("upgrade")?.some((protocol) => /websocket/i.test(protocol))) {
    return { refuse: "There is no WebSocket here." };
  }
  return measureBody(fields.get("content-length") ?? [], fields.get("transfer-encoding") ?? []);
}

/** Two readings of where a request ends are how one is smuggled behind another (RFC 9112 section 6.3): such a request is refused. */
function measureBody(lengths, codings) {
  if (codings.length > 0) {
    const plain = codings.length === 1 && codings[0].toLowerCase() === "chunked" && lengths.length === 0;
    return plain ? { left: "chunked" } : { refuse: "Transfer-Encoding must be chunked, without a Content-Length." };
  }
  if (lengths.length === 0) return { left: 0 };
  if (lengths.length > 1 || !/^\d{1,15}$/.test(lengths[0]))
    return { refuse: "Content-Length must be one whole number." };
  return { left: Number(lengths[0]) };
}

function readBody(data, at, left) {
  const next = Math.min(data.length, at + left);
  const rest = left - (next - at);
  return rest === 0 ? { next, read: readHead } : { next, read: readBody, left: rest };
}

function readChunk(data, at, left) {
  const next = Math.min(data.length, at + left);
  const rest = left - (next - at);
  return rest === 0 ? { next, read: readChunkSize } : { next, read: readChunk, left: rest };
}

function readChunkSize(data, at) {
  const end = data.indexOf("\r\n", at, "latin1");
  if (end === -1 && data.length - at < 1024) return { wait: true };
  const [, size] = /^([0-9a-f]{1,8})(?:[ \t]*;.*)?$/i.exec(data.latin1Slice(at, Math.max(end, at))) ?? [];
  if (size === undefined) return { next: data.length, read: readAnything };
  const bytes = Number.parseInt(size, 16);
  return bytes === 0 ? { next: end + 2, read: readTrailer } : { next: end + 2, read: readChunk, left: bytes + 2 };
}

function readTrailer(data, at) {
  const end = data.indexOf("\r\n", at, "latin1");
  if (end === -1) return data.length - at < HEAD_BYTES ? { wait: true } : { next: data.length, read: readAnything };
  return { next: end + 2, read: end === at ? readHead : readTrailer };
}

/** The request is already under way: the Worker says what is wrong with its body, and the runtime closes the connection. */
function readAnything(data) {
  return { next: data.length, read: readAnything };
}

/** The API's envelope of a failure, from where no request reaches the Worker. */
function answerOf(message) {
  const requestId = `req_${randomUUID().replaceAll("-", "")}`;
  const body = { error: "ApiError", message, status: 400, code: "invalid_request", request_id: requestId };
  const text = JSON.stringify(body);
  return [
    "HTTP/1.1 400 Bad Request",
    "Content-Type: application/json",
    "Cache-Control: no-store",
    `X-Request-Id: ${requestId}`,
    "Connection: close",
    `Content-Length: ${Buffer.byteLength(text)}`,
    "",
    text,
  ].join("\r\n");
}
