// Stands around the Worker in `npm run cost` and counts what Cloudflare bills; runs in workerd, and is no part of a deployment.
import worker, { NumberPool as Pool, Sandbox } from "./index.js";

export { Sandbox };

const counts = {
  requests: 0,
  batches: 0,
  calls: 0,
  alarms: 0,
  alarmsSet: 0,
  bells: 0,
  logs: 0,
  healthyLogs: 0,
  queries: 0,
};
const cursors = [];
let written = { read: 0, written: 0 };

/** Cursors say their rows when they are read to the end: they are summed up as late as possible. */
function sumCursors() {
  for (const { rowsRead, rowsWritten } of cursors.splice(0)) {
    written = { read: written.read + rowsRead, written: written.written + rowsWritten };
  }
  return written;
}

function wrap(owner, name, note) {
  const original = owner[name];
  owner[name] = function (...args) {
    const result = Reflect.apply(original, this, args);
    note(result, args);
    return result;
  };
}

const { log } = console;
console.log = (...args) => {
  counts[/"share":/.test(args[0]) ? "healthyLogs" : "logs"] += 1;
  log(...args);
};

const wrapped = new WeakSet();
function once(prototype, names) {
  if (wrapped.has(prototype)) return;
  wrapped.add(prototype);
  for (const [name, note] of Object.entries(names)) wrap(prototype, name, note);
}

export class NumberPool extends Pool {
  constructor(ctx, env) {
    once(Object.getPrototypeOf(ctx.storage.sql), { exec: (cursor) => cursors.push(cursor) });
    once(Object.getPrototypeOf(ctx.storage), { setAlarm: () => (counts.alarmsSet += 1) });
    watch(env);
    super(ctx, env);
  }
}
for (const name of Object.getOwnPropertyNames(Pool.prototype)) {
  if (name === "constructor" || typeof Pool.prototype[name] !== "function") continue;
  wrap(Pool.prototype, name, () => (counts[name === "alarm" ? "alarms" : "calls"] += 1));
}

function watch(env) {
  once(Object.getPrototypeOf(env.BELL), {
    send: () => (counts.bells += 1),
    sendBatch: (_, [messages]) => (counts.bells += [...messages].length),
  });
  once(Object.getPrototypeOf(env.DB), { prepare: () => (counts.queries += 1) });
}

export default {
  ...worker,
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === "/counts") return Response.json({ ...counts, ...sumCursors() });
    watch(env);
    counts.requests += 1;
    return worker.fetch(request, env, ctx);
  },
  async queue(batch, env, ctx) {
    counts.batches += 1;
    return worker.queue(batch, env, ctx);
  },
};
