import { connect, createServer } from "node:net";

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
 * behind it, health checks are answered 503 and all else waits; from then on every byte is handed through untouched.
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

function join(socket, port) {
  const inner = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  inner.on("error", () => socket.destroy());
  socket.on("close", () => inner.destroy());
  socket.pipe(inner).pipe(socket);
}
