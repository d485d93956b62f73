import { afterEach, beforeEach, expect, vi } from "vitest";
import type { FakeMac, FakeMacOptions, Inbound } from "../node/fake-bluebubbles-mac.ts";
import { eventually } from "./gateway.ts";
import { type LineKey, type MacWorld, makeLineKey, standInForMacs } from "./mac.ts";

/** A Mac, a live key with its line, and what its webhook was told: new for each test. */
export type LineStage = {
  world: MacWorld;
  mac: FakeMac;
  key: LineKey;
  /** What was told of an event so far, oldest first. */
  told(event: string): Record<string, unknown>[];
  /** A person writes to the line two seconds later, by a bell; returns our id of the message, and the Mac's. */
  receive(inbound: Inbound): Promise<{ id: string; guid: string }>;
  /** What the Mac answered to requests whose path fits, as "METHOD status". */
  asked(path: RegExp): string[];
};

/** Sets the stage for each test of a file: the clock stands still unless it is moved, and whatever the Mac was asked wrongly fails the test. The webhook is told of all, or of `events`. */
export function stageLine(options: Partial<FakeMacOptions> = {}, events?: readonly string[]): LineStage {
  // The object of a test before this one may still tell what its last kill made it forget to have told.
  const past = new Set<string>();
  const told = (event: string) =>
    stage.world.told
      .filter(({ url, body }) => body.event === event && ![...past].some((keyId) => url.endsWith(keyId)))
      .map(({ body }) => body);
  const stage = {
    told,
    async receive(inbound) {
      // Bells within a second are one.
      vi.setSystemTime(Date.now() + 2_000);
      const before = told("message.received").length;
      const { guid } = stage.mac.receive(inbound);
      await eventually(async () => told("message.received").length > before);
      return { id: String(told("message.received").at(-1)?.message_id), guid };
    },
    asked: (path) =>
      stage.mac.log.flatMap((entry) =>
        entry.kind === "request" && path.test(entry.path) ? [`${entry.method} ${entry.status}`] : [],
      ),
  } as LineStage; // The rest is set before each test.
  beforeEach(async () => {
    if (stage.key !== undefined) past.add(stage.key.id);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    stage.world = standInForMacs();
    stage.mac = stage.world.open(options);
    stage.key = await makeLineKey(stage.mac, events === undefined ? {} : { events });
  });
  afterEach(() => {
    expect(stage.mac.violations).toEqual([]);
    vi.useRealTimers();
  });
  return stage;
}
