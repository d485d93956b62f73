import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { call } from "../../support/workers/gateway.ts";

const from = (address: string, token: string) =>
  call("/admin/api/organizations", { token, headers: { "CF-Connecting-IP": address } });

it("wrong admin tokens slow down their address, and the right one is never kept out", async () => {
  const statuses: number[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1)
    statuses.push((await from("192.0.2.77", `guess-${attempt}`)).status);
  expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  const slowed = await from("192.0.2.77", "another guess".replaceAll(" ", "-"));
  expect(Number(slowed.headers.get("Retry-After"))).toBeGreaterThan(0);
  expect((await from("192.0.2.77", env.ADMIN_TOKEN)).status).toBe(200);
  expect((await from("192.0.2.78", "a-first-guess")).status).toBe(401);
});

it("a flood of wrong tokens holds back a bounded number of answers", async () => {
  const answers = await Promise.all(Array.from({ length: 80 }, (_, index) => from("192.0.2.79", `flood-${index}`)));
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(10);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(70);
  expect((await from("192.0.2.79", env.ADMIN_TOKEN)).status).toBe(200);
});

it.each(["/v2/api/me", "/v4/me", "/mcp"])(
  "%s says of a guess the same words as of the admin token itself",
  async (path) => {
    const asked = path === "/mcp" ? { body: {} } : {};
    const said = async (token: string) => {
      const { status, body } = await call(path, { ...asked, token });
      return { status, words: body.message };
    };
    const guess = await said("0".repeat(env.ADMIN_TOKEN.length));
    expect(guess.status).toBe(401);
    expect(await said(env.ADMIN_TOKEN)).toEqual(guess);
  },
);
