import { expect, it, vi } from "vitest";
import { admin, eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom } from "../../../support/workers/mac.ts";

const person = "+14155550123";
const stage = stageLine();

const steer = {
  "its key": (status: "paused" | "active") => admin(`/api-keys/${stage.key.id}`, { method: "PATCH", body: { status } }),
  "its number": (status: "paused" | "active") =>
    admin(`/numbers/${encodeURIComponent(stage.key.line)}`, {
      method: "PATCH",
      body: { is_active: status === "active" },
    }),
};

it.each(["its key", "its number"] as const)(
  "a message does not leave once %s is paused, while the Mac is asked where it stands before it: it leaves when that goes on",
  async (what) => {
    const ask = vi.mocked(globalThis.fetch).getMockImplementation();
    if (ask === undefined) throw new Error("Stand in for Macs first.");
    let paused: Promise<{ status: number }> | null = null;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      if (new URL(new Request(input, init).url).origin === stage.mac.url) {
        paused ??= steer[what]("paused");
        await paused;
      }
      return ask(input, init);
    });
    await sendFrom(stage.key, person);
    await eventually(async () => paused !== null);
    expect((await (paused as unknown as Promise<{ status: number }>)).status).toBe(200);
    await stage.world.quiet();
    await ringIn(stage.key, 2_000);
    await stage.world.quiet();
    expect(stage.mac.reached()).toEqual([]);
    await steer[what]("active");
    await eventually(async () => stage.mac.reached().length === 1);
  },
);
