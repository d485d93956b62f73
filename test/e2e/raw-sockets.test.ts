import { connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientOf, eventually } from "../support/node/client.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
});

const body = '{"text":"raw"}';
const path = "/v2/api/chats/%2B15551234567/messages";
const bearer = () => `Host: gateway.test\r\nAuthorization: Bearer ${gateway.testKey}\r\n`;
/** A request to read who one is, with header lines of its own. */
const get = (line = "GET /v2/api/me HTTP/1.1", more = "") => `${line}\r\n${bearer()}${more}\r\n`;
/** A request to send, whose body is written as it stands. */
const post = (more: string, sent = body) =>
  `POST ${path} HTTP/1.1\r\n${bearer()}Content-Type: application/json\r\n${more}\r\n${sent}`;
const chunked = (sent: string) => post("Transfer-Encoding: chunked\r\n", sent);
const host = (...lines: string[]) => `GET /healthz HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`;

type Case = [name: string, bytes: () => string, ...statuses: number[]];
const refused: Case[] = [
  ["a TLS greeting", () => "\x16\x03\x01\x02\x00\x01", 400],
  ["HTTP/0.9", () => "GET /\r\n\r\n", 400],
  ["the preface of HTTP/2", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["a version of the future", () => get("GET /v2/api/me HTTP/9.9"), 400],
  ["two spaces in the request line", () => get("GET  /v2/api/me HTTP/1.1"), 400],
  ["a method in lower case", () => get("get /v2/api/me HTTP/1.1"), 400],
  ["a made-up method", () => get("FOO /v2/api/me HTTP/1.1"), 400],
  ["CONNECT", () => get("CONNECT example.com:443 HTTP/1.1"), 400],
  ["TRACE", () => get("TRACE /v2/api/me HTTP/1.1"), 405],
  ["OPTIONS of the server", () => get("OPTIONS * HTTP/1.1"), 400],
  ["a target without a slash", () => get("GET healthz HTTP/1.1"), 400],
  ["a target with a NUL byte", () => get("GET /v2/api/\0me HTTP/1.1"), 400],
  ["a target with bytes that are no UTF-8", () => get("GET /v2/api/chats/\xff\xfe HTTP/1.1"), 400],
  ["an encoded target that is no UTF-8", () => get("GET /v2/api/chats/%ff%fe HTTP/1.1"), 400],
  ["broken percent signs", () => get("GET /v2/api/chats/%zz HTTP/1.1"), 400],
  ["an overlong encoding of dots", () => get("GET /v2/api/%c0%ae%c0%ae/me HTTP/1.1"), 404],
  ["backslashes", () => get("GET /v2\\api\\me HTTP/1.1"), 404],
  ["a target of 60 kB", () => get(`GET /v2/api/chats/${"a".repeat(60_000)} HTTP/1.1`), 400],
  ["a target of 1 MB", () => get(`GET /${"a".repeat(1_000_000)} HTTP/1.1`), 400],
  ["the admin API as an absolute target", () => get("GET https://other.example/admin/api/numbers HTTP/1.1"), 401],
  ["no Host", () => host(), 400],
  ["an empty Host", () => host("Host: "), 400],
  ["two Hosts", () => host("Host: a", "Host: b"), 400],
  ["a Host that is no name", () => host("Host: a b<>%"), 400],
  ["a Host with a path", () => host("Host: a/b?c#d"), 400],
  ["a Host with a port beyond ports", () => host("Host: a:99999999"), 400],
  ["a header of 1 MB", () => get(undefined, `X-A: ${"a".repeat(1_000_000)}\r\n`), 400],
  ["2,000 headers", () => get(undefined, "X-A: a\r\n".repeat(2_000)), 400],
  ["a header without a colon", () => get(undefined, "nonsense\r\n"), 400],
  ["a space before the colon", () => get(undefined, "X-A : b\r\n"), 400],
  ["a folded header", () => get(undefined, "X-A: b\r\n c\r\n"), 400],
  ["a NUL byte in a header", () => get(undefined, "X-A: b\0c\r\n"), 400],
  ["a lone CR in a header", () => get(undefined, "X-A: b\rc\r\n"), 400],
  ["lone LFs", () => "GET /healthz HTTP/1.1\nHost: a\n\n", 400],
  ["two Content-Lengths", () => post("Content-Length: 14\r\nContent-Length: 5\r\n"), 400],
  ["a negative Content-Length", () => post("Content-Length: -1\r\n"), 400],
  ["a Content-Length in hex", () => post("Content-Length: 0xe\r\n"), 400],
  ["a Content-Length beyond numbers", () => post("Content-Length: 99999999999999999999999\r\n"), 400],
  [
    "a request smuggled behind Content-Length and chunks",
    () => post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", `0\r\n\r\n${get()}`),
    400,
  ],
  [
    "a request smuggled behind chunks and Content-Length",
    () => post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", `5c\r\n${get()}0\r\n\r\n`),
    400,
  ],
  ["an unknown coding", () => post("Transfer-Encoding: xchunked\r\n"), 400],
  ["a coding before the chunks", () => post("Transfer-Encoding: gzip, chunked\r\n"), 400],
  ["two codings", () => post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), 400],
  ["a chunk whose size is no number", () => chunked(`zz\r\n${body}\r\n0\r\n\r\n`), 400],
  ["a chunk of a negative size", () => chunked(`-5\r\n${body}\r\n0\r\n\r\n`), 400],
  ["a chunk beyond sizes", () => chunked(`ffffffffffffffffffff\r\n${body}`), 400],
  ["a chunk longer than it says", () => chunked(`3\r\n${body}\r\n0\r\n\r\n`), 400],
  ["a WebSocket", () => get(undefined, "Connection: Upgrade\r\nUpgrade: websocket\r\n"), 400],
  ["garbage behind two requests", () => `${get()}${get()}GARBAGE\r\n\r\n`, 200, 200, 400],
];
const taken: Case[] = [
  ["HTTP/1.0", () => get("GET /v2/api/me HTTP/1.0"), 200],
  ["an absolute target", () => get("GET http://other.example/v2/api/me HTTP/1.1"), 200],
  ["HEAD", () => get("HEAD /v2/api/me HTTP/1.1"), 200],
  ["OPTIONS", () => get("OPTIONS /v2/api/me HTTP/1.1"), 204],
  ["an upgrade to HTTP/2", () => get(undefined, "Connection: Upgrade\r\nUpgrade: h2c\r\n"), 200],
  ["a body that waits to be asked for", () => post("Expect: 100-continue\r\nContent-Length: 14\r\n"), 100, 202],
  ["an expectation nobody knows", () => post("Expect: the-unexpected\r\nContent-Length: 14\r\n"), 202],
  ["chunks with an extension and a trailer", () => chunked(`e;a=b\r\n${body}\r\n0\r\nX-T: 1\r\n\r\n`), 202],
  ["a body where none belongs", () => get(undefined, "Content-Length: 5\r\n").concat("hello", get()), 200, 200],
  ["twenty requests at once", () => get().repeat(20), ...Array.from({ length: 20 }, () => 200)],
];

test.each(refused)(
  "%s: one envelope or a closed connection, never an answer of a library",
  async (_, bytes, ...statuses) => {
    const answers = readAnswers(await send(bytes()));
    expect(answers.map(({ status }) => status)).toEqual(statuses);
    const status = statuses.at(-1);
    const envelope = {
      error: "ApiError",
      status,
      code: expect.any(String),
      request_id: expect.stringMatching(/^req_/),
    };
    expect(JSON.parse(answers.at(-1)?.text ?? "")).toMatchObject(envelope);
  },
);

test.each(taken)("%s is taken", async (_, bytes, ...statuses) => {
  const said = await send(bytes());
  expect([...said.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status))).toEqual(statuses);
});

test("requests that never end are ended: a head that drips, and one that breaks off in its body", async () => {
  const dripping = trickle("GET /healthz HTTP/1.1\r\nX-A: ");
  const broken = send(post("Content-Length: 100\r\n"));
  expect(await broken).toMatch(/^(?:HTTP\/1\.1 400 |$)/);
  expect(readAnswers(await dripping)).toMatchObject([{ status: 400 }]);
});

test("bytes that come one by one are read like bytes at once", async () => {
  const said = await send(`${chunked(`7\r\n${body.slice(0, 7)}\r\n7\r\n${body.slice(7)}\r\n0\r\n\r\n`)}${get()}`, 1);
  expect(readAnswers(said).map(({ status }) => status)).toEqual([202, 200]);
});

test("a caller that hangs up at any moment leaves no message that hangs: it is taken and sent once, or never", async () => {
  const to = "+15551239999";
  const body = '{"text":"hung up"}';
  for (const patience of [0, 1, 5, 20, 50, 100]) {
    await talk((socket) => {
      const request = post(`Content-Length: ${body.length}\r\n`, body).replace(
        "%2B15551234567",
        encodeURIComponent(to),
      );
      socket.write(request, () => setTimeout(() => socket.destroy(), patience));
    });
  }
  const client = clientOf(gateway, gateway.testKey);
  await eventually(async () => {
    const { status, body } = await client("GET", `/chats/${encodeURIComponent(to)}/messages`);
    if (status === 404) return false;
    return (body.messages as { status: string }[]).every((message) => message.status === "delivered");
  });
});

test("none of it was smuggled, and the gateway stands", async () => {
  const { body: me } = await clientOf(gateway, gateway.testKey)("GET", "/me");
  expect(me).toMatchObject({ valid: true });
  expect(gateway.output()).not.toContain("unexpected_error");
});

/** Sends bytes as they are, in pieces of this size, then ends; resolves with all that is answered until the gateway closes too. */
function send(bytes: string, piece = bytes.length): Promise<string> {
  return talk((socket) => {
    const whole = Buffer.from(bytes, "latin1");
    for (let at = 0; at < whole.length; at += piece) socket.write(whole.subarray(at, at + piece));
    socket.end();
  });
}

/** Sends a first piece, then a byte every 200 ms for as long as the gateway listens. */
function trickle(first: string): Promise<string> {
  return talk((socket) => {
    socket.write(first);
    const drip = setInterval(() => socket.write("a"), 200);
    socket.on("end", () => socket.end()).on("close", () => clearInterval(drip));
  });
}

function talk(say: (socket: ReturnType<typeof connect>) => void): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  return new Promise((resolve) => {
    const said: Buffer[] = [];
    const socket = connect({ port: Number(port), host: hostname, noDelay: true, allowHalfOpen: true }, () =>
      say(socket),
    );
    socket
      .on("data", (chunk: Buffer) => said.push(chunk))
      .on("error", () => {})
      .on("close", () => resolve(Buffer.concat(said).toString("latin1")));
    socket.on("end", () => socket.end());
  });
}

/** Takes answers apart that stand one behind the other; each has its length, or ends with the connection. */
function readAnswers(said: string): { status: number; text: string }[] {
  if (said === "") return [];
  const end = said.indexOf("\r\n\r\n") + 4;
  const head = said.slice(0, end);
  const length = Number(/^Content-Length: (\d+)/im.exec(head)?.[1] ?? 0);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
  return [{ status, text: said.slice(end, end + length) }, ...readAnswers(said.slice(end + length))];
}
