import { connect, createServer } from "node:net";
import { RequestGate } from "./requests.mjs";

const STARTING = '{"status":"starting"}';
const STARTING_ANSWER = [
  "HTTP/1.1 503 Service Unavailable",
  "Content-Type: application/json",
  "Retry-After: 1",
  "Connection: close",
  `Content-Length: ${STARTING.length}`,
  "",
  STARTING,
].join("\r\n");

/**
 * Takes the gateway's port at once, so that a busy port is known before anything is started. Until `openTo` names the port
 * behind it, health checks are answered 503 and all else waits; from then on every request is handed through byte for byte, save
 * those that are no HTTP.
 * Rejects with EADDRINUSE.
 */
export function takePort(port) {
  let target;
  const sockets = new Set();
  const waiting = new Set();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => [sockets, waiting].map((set) => set.delete(socket))).on("error", () => socket.destroy());
    if (target === undefined) holdBack(socket, waiting);
    else join(socket, target);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve({
        port: server.address().port,
        openTo: (inner) => {
          target = inner;
          for (const socket of waiting) join(socket, target);
          waiting.clear();
        },
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}

/** What was owed over a restart already leaves while the gateway starts, and its callbacks come at once: they wait, for they may not be asked for again. */
function holdBack(socket, waiting) {
  waiting.add(socket);
  socket.once("data", (chunk) => {
    if (!waiting.has(socket)) return;
    if (/^(?:GET|HEAD) \/healthz[ ?]/.test(chunk.toString("latin1"))) {
      waiting.delete(socket);
      socket.end(STARTING_ANSWER);
      return;
    }
    socket.pause();
    socket.unshift(chunk);
  });
}

/** How long a caller may take to read that it was refused. */
const PARTING_MS = 2_000;

function join(socket, port) {
  const inner = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  const gate = new RequestGate();
  inner.on("error", () => socket.destroy());
  gate.on("error", () => socket.destroy());
  socket.on("close", () => [inner, gate].map((stream) => stream.destroy()));
  socket.pipe(gate).pipe(inner).pipe(socket, { end: false });
  inner.on("end", () => {
    socket.end(gate.refusal ?? "");
    if (gate.refusal !== null) socket.setTimeout(PARTING_MS, () => socket.destroy());
  });
}
