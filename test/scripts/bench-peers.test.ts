import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { measurePeersKill } from "../../scripts/bench/kill.mjs";
import { run } from "../../scripts/bench/peers.mjs";

const sleeper = "setInterval(() => {}, 1000)";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A peer of two processes, of which the second ends at once where a file says so; `folder` is its state. */
async function startTwo() {
  let folder = "";
  const peer = await run((state: string) => {
    folder = state;
    for (const name of ["first", "second"]) rmSync(join(state, name), { force: true });
    const path = (name: string) => JSON.stringify(join(state, name));
    const note = (name: string) => `fs.writeFileSync(${path(name)}, String(process.pid));`;
    const breaking = `if (fs.existsSync(${path("broken")})) process.exit(7);`;
    const command = process.execPath;
    const comeUp = (name: string) => async () => readFileSync(join(state, name), "utf8") !== "";
    return [
      { command, args: ["-e", `${note("first")} ${sleeper}`], ready: comeUp("first") },
      {
        command,
        args: ["-e", `${breaking} ${note("second")} ${sleeper}`],
        ready: comeUp("second"),
      },
    ];
  });
  const pidOf = (name: string) => Number(readFileSync(join(folder, name), "utf8"));
  return { peer, pidOf, breakIt: () => writeFileSync(join(folder, "broken"), "") };
}

describe("a peer of the bench", () => {
  it("that does not come up again after its kill leaves no process behind and says why", async () => {
    const { peer, pidOf, breakIt } = await startTwo();
    const before = pidOf("first");
    await peer.kill();
    expect([isAlive(before), isAlive(pidOf("first"))]).toEqual([false, true]);
    breakIt();
    const again = ["first", "second"].map(pidOf);
    await expect(peer.kill()).rejects.toThrow(/ended/);
    expect([...again, pidOf("first")].map(isAlive)).toEqual([false, false, false]);
    await peer.stop();
  });

  it("that is not there is a reason too, not an end of the run", async () => {
    const missing = () => [{ command: "/nowhere/peer", args: [], ready: async () => true }];
    await expect(run(missing)).rejects.toThrow(/ENOENT/);
  });

  it("whose kill fails makes its own measurement fail, while messages are under way", async () => {
    const peer = {
      send: async () => {},
      kill: async () => {
        throw new Error("does not come up");
      },
    };
    await expect(measurePeersKill({ twilio: { accepted: () => [] } }, peer, 40)).rejects.toThrow("does not come up");
  });
});

it("a bench that is asked to end takes its processes and folders with it", async () => {
  const script = `
    import { spawn } from "node:child_process";
    import { mkdtempSync } from "node:fs";
    import { tmpdir } from "node:os";
    import { join } from "node:path";
    import { endOnSignals, endWithUs, removeWithUs } from "./scripts/bench/children.mjs";
    endOnSignals();
    const folder = removeWithUs(mkdtempSync(join(tmpdir(), "trunkline-bench-test-")));
    endWithUs(spawn(process.execPath, ["-e", "${sleeper}"], { stdio: ["ignore", "inherit", "ignore"] }));
    console.log(folder);
  `;
  const bench = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [told] = await once(bench.stdout, "data");
  const folder = String(told).trim();
  expect(existsSync(folder)).toBe(true);
  // The child writes where the bench does: that is closed once both have ended.
  const closed = once(bench, "close");
  bench.kill("SIGTERM");
  expect(await closed).toEqual([143, null]);
  expect(existsSync(folder)).toBe(false);
});
