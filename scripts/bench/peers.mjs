import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endWithUs, removeWithUs } from "./children.mjs";
import { startBridge } from "./kannel-bridge.mjs";
import { cpuOf, root } from "./rig.mjs";

const folder = join(root, "scripts", "bench", "peers");
const secret = "whsec_of_the_bench";

/** What a user would take instead, by name: what it needs, and how it is started. */
const peers = {
  Restate: { needs: [inFolder("node_modules/.bin/restate-server")], start: startRestate },
  "Node and BullMQ": { needs: [inFolder("node_modules/bullmq"), "/usr/bin/redis-server"], start: startBullmq },
  Kannel: { needs: ["/usr/sbin/bearerbox", "/usr/sbin/smsbox"], start: startKannel },
};

/**
 * Starts the peers that are installed, each on loopback beside the same stand-in for Twilio and the same receiver; says which are not, and which do not start.
 * Each has `send` (resolves when it has promised a message), `cpu` of all its processes, `kill` (SIGKILL of all of them, and another start on the same state), and `stop`.
 */
export async function startPeers({ twilio, sink, log }) {
  const started = {};
  for (const [name, { needs, start }] of Object.entries(peers)) {
    const missing = needs.filter((path) => !existsSync(path));
    if (missing.length > 0) log(`${name} is not installed and left out: npm run bench:peers installs it.`);
    else
      await start({ twilio, sink }).then(
        (peer) => {
          started[name] = peer;
        },
        (error) => log(`${name} does not start and is left out: ${error.message}`),
      );
  }
  return started;
}

function inFolder(path) {
  return join(folder, path);
}

/**
 * Runs commands as one peer: started in order, each once it answers. Where one of them does not come up, at first or after a kill, all of them are ended and the
 * reason is thrown.
 */
export async function run(make, { attempts = 600 } = {}) {
  const state = removeWithUs(mkdtempSync(join(tmpdir(), "trunkline-peer-")));
  const children = [];
  let used = 0;
  const startAll = async () => {
    for (const { command, args, env = {}, cwd = folder, ready } of await make(state)) {
      const output = openSync(join(state, "log"), "a");
      const child = spawn(command, args, {
        cwd,
        env: { PATH: process.env.PATH, HOME: state, ...env },
        stdio: ["ignore", output, output],
      });
      closeSync(output);
      await once(child, "spawn");
      children.push(endWithUs(child));
      await waitFor(ready, child, join(state, "log"), attempts);
    }
  };
  const end = async (signal) => {
    for (const child of children.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      used += cpuOf(child.pid) || 0;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    }
  };
  const begin = () =>
    startAll().catch(async (error) => {
      await end("SIGKILL");
      throw error;
    });
  await begin();
  return {
    cpu: () => used + children.reduce((sum, { pid }) => sum + (cpuOf(pid) || 0), 0),
    async kill() {
      await end("SIGKILL");
      await begin();
    },
    async stop() {
      await end("SIGKILL");
      rmSync(state, { recursive: true, force: true });
    },
  };
}

async function waitFor(ready, child, output, attempts) {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`${child.spawnfile} ended:\n${readFileSync(output, "utf8").slice(-2000)}`);
    if (await ready().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${child.spawnfile} does not answer:\n${readFileSync(output, "utf8").slice(-2000)}`);
}

async function answers(url) {
  await (await fetch(url, { signal: AbortSignal.timeout(1_000) })).arrayBuffer();
  return true;
}

async function isOpen(port) {
  const { connect } = await import("node:net");
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } finally {
    socket.destroy();
  }
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, "127.0.0.1");
      await once(server, "listening");
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

function settingsOf({ twilio, sink }) {
  return {
    TWILIO_URL: twilio.url,
    ACCOUNT_SID: twilio.accountSid,
    AUTH_TOKEN: twilio.authToken,
    FROM: twilio.numbers[0].phoneNumber,
    HOOK: `${sink.url}/peer`,
    SECRET: secret,
  };
}

async function post(url, body, headers = {}) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text}`);
  return text;
}

async function startBullmq(outside) {
  const [port, redis] = await freePorts(2);
  const peer = await run((state) => [
    {
      command: "/usr/bin/redis-server",
      args: [
        "--port",
        `${redis}`,
        "--bind",
        "127.0.0.1",
        "--dir",
        state,
        "--save",
        "",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--maxmemory-policy",
        "noeviction",
      ],
      ready: () => isOpen(redis),
    },
    {
      command: process.execPath,
      args: ["redis-gateway.mjs"],
      env: { ...settingsOf(outside), PORT: `${port}`, REDIS_PORT: `${redis}` },
      ready: () => answers(`http://127.0.0.1:${port}/`),
    },
  ]);
  return { ...peer, send: (to, text) => post(`http://127.0.0.1:${port}/send`, { to, text }) };
}

async function startRestate(outside) {
  const [port, door, ingress, admin, fabric] = await freePorts(5);
  const url = `http://127.0.0.1:${ingress}`;
  const peer = await run((state) => [
    {
      command: process.execPath,
      args: ["restate-services.mjs"],
      env: { ...settingsOf(outside), PORT: `${port}`, DOOR_PORT: `${door}`, INGRESS: url, RESTATE_LOGGING: "ERROR" },
      ready: () => isOpen(port),
    },
    {
      // The server itself, not the script that finds it: what is killed must be what runs.
      command: inFolder("node_modules/@restatedev/restate-server-linux-x64/bin/restate-server"),
      args: ["--base-dir", state, "--node-name", "bench", "--listen-mode", "tcp"],
      env: {
        RESTATE_BIND_IP: "127.0.0.1",
        RESTATE_BIND_PORT: `${fabric}`,
        RESTATE_INGRESS__BIND_PORT: `${ingress}`,
        RESTATE_ADMIN__BIND_PORT: `${admin}`,
        RESTATE_DISABLE_TELEMETRY: "true",
        DO_NOT_TRACK: "1",
        RESTATE_LOG_FILTER: "error",
        RESTATE_WORKER__INVOKER__INACTIVITY_TIMEOUT: "60s",
      },
      ready: async () => {
        await post(`http://127.0.0.1:${admin}/deployments`, { uri: `http://127.0.0.1:${port}`, force: true });
        return await answers(`${url}/restate/health`);
      },
    },
  ]);
  return { ...peer, send: (to, text) => post(`${url}/chat/${encodeURIComponent(to)}/send/send`, { text }) };
}

async function startKannel(outside) {
  const [admin, smsbox, smsc, sendsms] = await freePorts(4);
  const bridge = await startBridge(outside);
  const commands = (state) => {
    mkdirSync(join(state, "spool"), { recursive: true });
    const places = { admin, smsbox, smsc, sendsms, adapter: bridge.port, folder: state };
    const config = readFileSync(inFolder("kannel.conf"), "utf8").replace(/\{(\w+)\}/g, (_, name) => places[name]);
    writeFileSync(join(state, "kannel.conf"), config);
    const args = [join(state, "kannel.conf")];
    return [
      { command: "/usr/sbin/bearerbox", args, cwd: state, ready: () => isOpen(smsbox) },
      { command: "/usr/sbin/smsbox", args, cwd: state, ready: () => isOpen(sendsms) },
    ];
  };
  const peer = await run(commands).catch(async (error) => {
    await bridge.stop();
    throw error;
  });
  const send = async (to, text) => {
    const told = `http://127.0.0.1:${bridge.port}/told?status=%d&to=${encodeURIComponent(to)}`;
    const query = new URLSearchParams({
      username: "bench",
      password: "bench",
      from: bridge.from,
      to,
      text,
      "dlr-mask": "7",
      "dlr-url": told,
    });
    const answer = await fetch(`http://127.0.0.1:${sendsms}/cgi-bin/sendsms?${query}`);
    const words = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status}: ${words}`);
  };
  return {
    ...peer,
    send,
    async stop() {
      await peer.stop();
      await bridge.stop();
    },
  };
}
