import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, type LivePool, makeLivePool, senderOf } from "../support/node/client.ts";
import { type FakeTwilio, startFakeTwilio } from "../support/node/fake-twilio.ts";
import { hasPythonRequests, readSnippets, runSnippet, type Snippet } from "../support/node/snippets.ts";
import { type Gateway, startGateway } from "../support/node/start-gateway.ts";

const person = "+15551234567";
const numbers = ["+15550000001", "+15559876543", "+15552220001"];
const python = hasPythonRequests();

let twilio: FakeTwilio;
let gateway: Gateway;
let pool: LivePool;

beforeAll(async () => {
  twilio = await startFakeTwilio({ accountSid: `AC${"a1".repeat(16)}`, authToken: "token-of-the-stand-in", numbers });
  gateway = await startGateway({ env: { TWILIO_API_URL: twilio.url } });
  pool = await makeLivePool(gateway, twilio);
});

afterAll(async () => {
  await gateway?.stop();
  await gateway?.forget();
  await twilio?.stop();
});

describe.each(["test/fixtures/snippets.md", "README.md"])(
  "every snippet of %s, with another host and key",
  async (file) => {
    const snippets = (await readSnippets(file)).filter(({ code }) => code.includes("/v2/api/"));
    const sends = snippets.filter(({ code }) => !/\/status|\/webhooks|\/bulk|send_at|Idempotency-Key/.test(code));

    test.each(sends)("sends: $language $code", async (snippet) => {
      if (snippet.language === "py" && !python) return;
      const { text, from } = readIntention(snippet);
      const before = twilio.accepted().length;
      const answer = await run(snippet);
      if (answer !== null) expect(answer).toMatchObject({ status: "queued", from_number: from });
      const taken = await eventually(async () => twilio.accepted()[before]);
      expect(taken).toMatchObject({ to: person, from, body: text });
    });

    test.each(snippets.filter(({ code }) => code.includes("/webhooks")))("subscribes: $code", async (snippet) => {
      expect(await run(snippet)).toMatchObject({ signing_secret: expect.stringMatching(/^whsec_/) });
    });

    test.each(snippets.filter(({ code }) => code.includes("/status")))("reads: $code", async (snippet) => {
      const sent = await senderOf(gateway, pool.key)(person, { text: "Where is it?" });
      const messageId = String(sent.body.message_id);
      expect(await run(snippet, messageId)).toMatchObject({ message_id: messageId, direction: "outbound" });
    });
  },
);

async function run(snippet: Snippet, messageId?: string): Promise<Record<string, unknown> | null> {
  const place = { url: gateway.url, key: pool.key, ...(messageId === undefined ? {} : { messageId }) };
  const printed = (await runSnippet(snippet, place)).trim();
  return printed === "" ? null : JSON.parse(printed);
}

/** What a sending snippet says it wants: its text, and its sender or the pool's first number. */
function readIntention({ code }: Snippet): { text: string | undefined; from: string | undefined } {
  return {
    text: /["']?text["']?: ?["']([^"']+)["']/.exec(code)?.[1],
    from: /"from_number": "(\+\d+)"/.exec(code)?.[1] ?? numbers[0],
  };
}
