import { env, exports } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { fullPath, type Operation } from "../../../src/http/operation.ts";
import { operations } from "../../../src/http/table.ts";
import { makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

const secretOrPersonal = operations.filter(({ auth }) => auth !== "none");

/** Values that name something of the key, so that what can be read is read; whatever the answer, it must not be kept. */
function fill(path: string, key: TestKey): string {
  const values: Record<string, string> = {
    apiKeyId: key.id,
    organizationId: key.organizationId,
    integrationId: key.integrationId,
    number: String(key.numbers[0]),
    chatId: "+15550001111",
    contactId: "+15550001111",
  };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? "x"));
}

function ask(operation: Operation, key: TestKey, token: string) {
  const method = operation.method.toUpperCase();
  return exports.default.fetch(`https://gateway.test${fill(fullPath(operation), key)}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(method === "GET" ? {} : { body: "{}" }),
  });
}

it("no answer of the API is ever stored on its way: of every operation, of whatever status", {
  timeout: 60_000,
}, async () => {
  const key = await makeTestKey();
  const kept: string[] = [];
  // What deletes comes last, so that the others find what they read.
  const order = secretOrPersonal.toSorted(
    (left, right) => Number(left.method === "delete") - Number(right.method === "delete"),
  );
  for (const operation of order) {
    for (const token of [operation.base === "admin" ? env.ADMIN_TOKEN : key.token, "tl_live_wrong"]) {
      const answer = await ask(operation, key, token);
      await answer.body?.cancel();
      if (answer.headers.get("Cache-Control") !== "no-store") kept.push(`${operation.id} ${answer.status}`);
    }
  }
  expect(kept).toEqual([]);
  expect(order.length).toBeGreaterThan(80);
});

it("an answer of the API is made once, with all of its headers", async () => {
  const { token } = await makeTestKey();
  const made: unknown[] = [];
  const counted = new Proxy(Response, {
    construct: (target, given: ConstructorParameters<typeof Response>) => {
      // The test's own pool answers itself without a body.
      if (given[0] !== null) made.push(given[0]);
      return new target(...given);
    },
  });
  vi.stubGlobal("Response", counted);
  const path = "https://gateway.test/v2/api/me";
  const answer = await exports.default.fetch(path, { headers: { Authorization: `Bearer ${token}` } });
  vi.unstubAllGlobals();
  expect(answer.status).toBe(200);
  expect(answer.headers.get("X-Request-Id")).toMatch(/^req_/);
  expect(made).toEqual([await answer.text()]);
});
