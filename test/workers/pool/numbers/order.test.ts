import { afterEach, describe, expect, it, vi } from "vitest";
import { admin } from "../../../support/workers/gateway.ts";
import { changeNumber, makePool, newNumber, newPerson, type Pool, senderOf } from "../../../support/workers/pool.ts";

const put = (pool: Pool, phone_numbers: unknown[]) =>
  admin(`/api-keys/${pool.id}/pool/order`, { method: "PUT", body: { phone_numbers } });

async function orderOf(pool: Pool): Promise<string[]> {
  const read = await admin(`/api-keys/${pool.id}/pool`);
  return (read.body.numbers as { phone_number: string }[]).map((number) => number.phone_number);
}

afterEach(() => vi.restoreAllMocks());

describe("the order of a pool", () => {
  it("is set whole, holds in the answer, and decides at once who speaks", async () => {
    const pool = await makePool([{}, {}, {}]);
    const [first, second, third] = pool.numbers;
    const ordered = await put(pool, [third, first, second]);
    expect(ordered.status).toBe(200);
    const shown = ordered.body.numbers as { phone_number: string; position: number }[];
    expect(shown.map(({ phone_number, position }) => [phone_number, position])).toEqual([
      [third, 0],
      [first, 1],
      [second, 2],
    ]);
    expect(await orderOf(pool)).toEqual([third, first, second]);
    expect(await senderOf(pool, newPerson())).toBe(third);
  });

  it("is refused whole where the pool holds other numbers by now, and nothing moves", async () => {
    const pool = await makePool([{}, {}, {}]);
    const [first, second, third] = pool.numbers.map(String) as [string, string, string];
    const stranger = newNumber();
    for (const wrong of [
      [first, second],
      [third, second, stranger],
      [third, second, first, stranger],
    ]) {
      const refused = await put(pool, wrong);
      expect(refused.status).toBe(409);
      expect(refused.body.code).toBe("pool_changed");
    }
    for (const wrong of [[first, second, first], []]) {
      expect((await put(pool, wrong)).body.code).toBe("invalid_request");
    }
    expect(await orderOf(pool)).toEqual([first, second, third]);
    await changeNumber(second, { api_key_id: null });
    expect((await put(pool, [third, second, first])).body.code).toBe("pool_changed");
    expect((await put(pool, [third, first])).status).toBe(200);
  });

  it("that was made from another than the one that stands is refused, and says so", async () => {
    const pool = await makePool([{}, {}, {}]);
    const [first, second, third] = pool.numbers;
    const putFrom = (seen: unknown[], phone_numbers: unknown[]) =>
      admin(`/api-keys/${pool.id}/pool/order`, { method: "PUT", body: { phone_numbers, seen } });
    expect((await putFrom(pool.numbers, [second, first, third])).status).toBe(200);
    const late = await putFrom(pool.numbers, [third, first, second]);
    expect([late.status, late.body.code]).toEqual([409, "pool_changed"]);
    expect(late.body.message).toContain("another order");
    expect(await orderOf(pool)).toEqual([second, first, third]);
    expect((await putFrom([second, first, third], [third, first, second])).status).toBe(200);
    expect((await putFrom([third, first], [third, first])).body.message).toContain("exactly these numbers");
  });

  it("that two people set at once is one of the two, never a mixture", async () => {
    const pool = await makePool([{}, {}, {}, {}]);
    const forward = pool.numbers;
    const backward = pool.numbers.toReversed();
    for (let round = 0; round < 4; round += 1) {
      const answers = await Promise.all([put(pool, forward), put(pool, backward)]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect([forward, backward]).toContainEqual(await orderOf(pool));
    }
  });

  it("still takes one number to one place", async () => {
    const pool = await makePool([{}, {}, {}]);
    const [first, second, third] = pool.numbers;
    await changeNumber(String(third), { position: 0 });
    expect(await orderOf(pool)).toEqual([third, first, second]);
    await changeNumber(String(third), { position: 99 });
    expect(await orderOf(pool)).toEqual([first, second, third]);
    expect(
      (await admin("/api-keys/key_0000000000000000/pool/order", { method: "PUT", body: { phone_numbers: [first] } }))
        .status,
    ).toBe(404);
  });
});
