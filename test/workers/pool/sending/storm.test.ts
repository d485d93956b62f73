import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { call } from "../../../support/workers/gateway.ts";
import { type LiveKey, makeLiveKey, sendTaken, standInForTheOutside } from "../../../support/workers/twilio.ts";

afterEach(() => vi.restoreAllMocks());

/** Returns how often each key's object was asked for while `work` ran, and how many statements reached the directory. */
async function countAsked(work: () => Promise<unknown>) {
  const asked = new Map<string, number>();
  const getByName = env.POOLS.getByName.bind(env.POOLS);
  const pools = vi.spyOn(env.POOLS, "getByName").mockImplementation((name, ...rest) => {
    asked.set(name, (asked.get(name) ?? 0) + 1);
    return getByName(name, ...rest);
  });
  const prepare = vi.spyOn(Object.getPrototypeOf(env.DB), "prepare");
  await work();
  const statements = prepare.mock.calls.length;
  pools.mockRestore();
  prepare.mockRestore();
  return { asked: Object.fromEntries(asked), statements };
}

type Sent = { key: LiveKey; path: string; report(status: string): Promise<number | null | undefined> };

async function makeKeyWithMessage(to: string): Promise<Sent> {
  const twilio = standInForTheOutside().open();
  const key = await makeLiveKey(twilio);
  const { id, sid } = await sendTaken(twilio, key, "Hello", to);
  return {
    key,
    path: `/v2/api/chats/${encodeURIComponent(to)}/messages/${id}/status`,
    report: async (status) => (await twilio.sendStatus(sid, status))?.status,
  };
}

it("C12: a storm of callbacks on one key asks for no other key's object and not for the directory", async () => {
  const stormy = await makeKeyWithMessage("+15551110001");
  const calm = await makeKeyWithMessage("+15551110002");
  for (const [one, other] of [
    [stormy, calm],
    [calm, stormy],
  ] as const) {
    const storm = await countAsked(async () => {
      const statuses = ["sending", "sent", "sent", "delivered"];
      const answers = Array.from({ length: 100 }, (_, at) => one.report(statuses[at % 4] ?? "sent"));
      expect(new Set(await Promise.all(answers))).toEqual(new Set([204]));
    });
    expect(storm).toEqual({ asked: { [one.key.id]: 100 }, statements: 0 });
    const read = await countAsked(() => call(other.path, { token: other.key.token }));
    expect(read).toEqual({ asked: { [other.key.id]: 1 }, statements: 0 });
  }
  expect((await call(calm.path, { token: calm.key.token })).body.status).toBe("delivered");
});
