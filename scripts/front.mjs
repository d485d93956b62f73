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
 * Takes the gateway's port at once, so that a busy port is known before anything is started, answers 503 until
 * `openTo` names the port behind it, and from then on hands every byte through untouched. Rejects with EADDRINUSE.
 */
export function takePort(port) {
  let target;
  const sockets = new Set();
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
    if (target === undefined) socket.once("data", () => socket.end(STARTING_ANSWER));
    else join(socket, target);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve({
        port: server.address().port,
        openTo: (inner) => {
          target = inner;
        },
        close: () => {
          server.close();
          for (const socket of sockets) socket.destroy();
        },
      });
    });
  });
}

function join(socket, port) {
  const inner = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
  inner.on("error", () => socket.destroy());
  socket.on("close", () => inner.destroy());
  socket.pipe(inner).pipe(socket);
}
