import { createExecutionContext, createScheduledController, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeDeps } from "../../../src/deps.ts";
import type { News } from "../../../src/domain/calls/telling.ts";
import { learnNews } from "../../../src/flows/accounts/account-health.ts";
import { importNumbers } from "../../../src/flows/accounts/import-numbers.ts";
import { noteRefused } from "../../../src/flows/accounts/refused-signatures.ts";
import type { Deps } from "../../../src/flows/deps.ts";
import worker from "../../../src/index.ts";
import { readSettings } from "../../../src/settings.ts";
import type { FakeAccount } from "../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../support/workers/gateway.ts";
import {
  acceptedBy,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  type Outside,
  readMessage,
  sendText,
  standInForTheOutside,
} from "../../support/workers/twilio.ts";

const to = "+15551234567";
const minute = 60_000;
const apiKey = { sid: `SK${"d".repeat(32)}`, secret: "the-api-key-secret-0123456789" };

let outside: Outside;
let twilio: FakeAccount;
let key: LiveKey;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  outside = standInForTheOutside();
  twilio = outside.open({ apiKeys: [apiKey] });
  key = await makeLiveKey(twilio);
});

afterEach(() => {
  vi.useRealTimers();
});

async function integration() {
  return (await admin(`/integrations/twilio/${key.integrationId}`)).body;
}

function readDeps(): Deps {
  const settings = readSettings(env);
  if (!settings.ok) throw new Error("The settings of the tests are incomplete.");
  return makeDeps(env, settings.value);
}

async function cron() {
  await worker.scheduled(createScheduledController(), env);
}

function numberAt(account: FakeAccount, phoneNumber = account.numbers[0]?.phoneNumber) {
  const found = account.numbers.find((number) => number.phoneNumber === phoneNumber);
  if (found === undefined) throw new Error("The stand-in has no such number.");
  return found.fields;
}

/** Twilio no longer takes the token that the gateway holds. */
function revokeToken(): string {
  const former = twilio.options.authToken;
  twilio.options.authToken = "another-token-0123456789abcdef01";
  return former;
}

/** Puts Twilio's API of Messaging Services before the stand-in, which has none; null is a refusal. Returns what was asked, in order. */
function answerMessagingApi(answer: (path: string) => unknown): string[] {
  const asked: string[] = [];
  const before = vi.mocked(globalThis.fetch).getMockImplementation() ?? globalThis.fetch;
  vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== "https://messaging.twilio.com") return before(input, init);
    asked.push(url.pathname);
    const body = answer(url.pathname);
    return Response.json(body ?? { code: 20003, message: "Authenticate" }, { status: body === null ? 401 : 200 });
  });
  return asked;
}

/** Imports by a Worker that speaks to Twilio's own address: only there are Messaging Services asked for. */
async function importAtTwilio(integrationId: string, numbers: string[]): Promise<unknown> {
  const request = new Request<unknown, IncomingRequestCfProperties>(
    `https://gateway.test/admin/api/integrations/twilio/${integrationId}/import`,
    {
      method: "POST",
      headers: { authorization: `Bearer ${env.ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ phone_numbers: numbers }),
    },
  );
  const atTwilio = { ...env, TWILIO_API_URL: "https://api.twilio.com" };
  const response = await worker.fetch(request, atTwilio, createExecutionContext());
  return ((await response.json()) as { results: unknown }).results;
}

async function unhealthy() {
  return eventually(async () => {
    const account = await integration();
    return account.status === "unhealthy" ? account : null;
  });
}

describe("an account whose credentials are refused", () => {
  it("loses no message: it says why, nothing more is tried, and all leaves once new credentials are stored", async () => {
    revokeToken();
    const ids = [await sendText(key, "First", to)];
    const account = await unhealthy();
    expect(account.warnings).toEqual([expect.stringContaining("401")]);
    expect(outside.lines.some((line) => line.includes("account_unhealthy"))).toBe(true);
    for (const text of ["Second", "Third"]) ids.push(await sendText(key, text, to));
    const tried = twilio.log.length;
    await runDurableObjectAlarm(env.POOLS.getByName(key.id));
    expect(twilio.log).toHaveLength(tried);
    for (const id of ids)
      expect(await readMessage(key, id, to)).toMatchObject({ status: "queued", outcome_unknown: false });
    const path = `/integrations/twilio/${key.integrationId}`;
    const wrong = await admin(path, { method: "PATCH", body: { auth_token: "wrong" } });
    expect(wrong).toMatchObject({ status: 422, body: { code: "twilio_authentication_failed", twilio_code: "20003" } });
    expect((await admin(path, { method: "PATCH", body: { auth_token: twilio.options.authToken } })).status).toBe(200);
    await eventually(async () => acceptedBy(twilio).length === 3);
    expect((await integration()).warnings).toEqual([]);
  });

  it("is none where a former token was refused once the new one is in force: what left by it leaves again", async () => {
    revokeToken();
    const before = vi.mocked(globalThis.fetch).getMockImplementation() ?? globalThis.fetch;
    const late = Promise.withResolvers<void>();
    let refusals = 0;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      const answer = await before(input, init);
      if (answer.status !== 401) return answer;
      refusals += 1;
      await late.promise;
      return answer;
    });
    await sendText(key, "Under way", to);
    await eventually(async () => refusals > 0);
    const path = `/integrations/twilio/${key.integrationId}`;
    expect((await admin(path, { method: "PATCH", body: { auth_token: twilio.options.authToken } })).status).toBe(200);
    late.resolve();
    await eventually(async () => {
      vi.setSystemTime(Date.now() + 5_000);
      await runDurableObjectAlarm(env.POOLS.getByName(key.id));
      return acceptedBy(twilio).length === 1;
    });
    expect((await integration()).status).toBe("connected");
    expect(outside.lines.some((line) => line.includes("account_unhealthy"))).toBe(false);
  });

  it("is none where the word of a refusal comes once other credentials are stored: it is judged by those that were used", async () => {
    revokeToken();
    const send = vi.spyOn(env.BELL, "send");
    const held: unknown[] = [];
    const real = send.getMockImplementation() ?? env.BELL.send.bind(env.BELL);
    send.mockImplementation(async (body, options) => {
      if ((body as { kind?: string }).kind !== "account_refused") return real(body, options);
      held.push(body);
      return undefined as never;
    });
    await sendText(key, "Held", to);
    const [word] = await eventually(async () => held.length > 0 && held);
    send.mockRestore();
    await admin(`/integrations/twilio/${key.integrationId}`, {
      method: "PATCH",
      body: { auth_token: twilio.options.authToken },
    });
    await learnNews(readDeps(), [word as News]);
    expect((await integration()).status).toBe("connected");
    twilio.options.authToken = "a third token";
    await sendText(key, "Refused now", to);
    expect((await unhealthy()).warnings).toEqual([expect.stringContaining("401")]);
  });

  it("comes back by itself when the credentials work again, at the next look of the cron", async () => {
    const former = revokeToken();
    await sendText(key, "Patience", to);
    await unhealthy();
    vi.setSystemTime(Date.now() + 6 * minute);
    await cron();
    expect((await integration()).status).toBe("unhealthy");
    twilio.options.authToken = former;
    vi.setSystemTime(Date.now() + 6 * minute);
    await cron();
    expect((await integration()).status).toBe("connected");
    await eventually(async () => acceptedBy(twilio).length === 1);
  });

  it("that Twilio has suspended does not come back because it can still be read, and does once it is active", async () => {
    twilio.options.status = "suspended";
    twilio.faults.add({}, { kind: "refuse", status: 400, code: 20005, message: "Account not active" }, 1);
    await sendText(key, "Patience", to);
    await unhealthy();
    vi.setSystemTime(Date.now() + 6 * minute);
    await cron();
    expect((await integration()).status).toBe("unhealthy");
    expect(acceptedBy(twilio)).toEqual([]);
    twilio.options.status = "active";
    vi.setSystemTime(Date.now() + 6 * minute);
    await cron();
    expect((await integration()).status).toBe("connected");
    await eventually(async () => acceptedBy(twilio).length === 1);
  });

  it("comes back at once when a person tests it and the test succeeds", async () => {
    const former = revokeToken();
    await sendText(key, "Patience", to);
    await unhealthy();
    const path = `/integrations/twilio/${key.integrationId}/test`;
    const failed = await admin(path, { method: "POST", body: {} });
    expect(failed.body).toMatchObject({ ok: false });
    twilio.options.authToken = former;
    expect((await admin(path, { method: "POST", body: {} })).body).toMatchObject({ ok: true });
    await eventually(async () => acceptedBy(twilio).length === 1);
  });

  it("keeps its messages for a day and then fails them with the reason", async () => {
    revokeToken();
    const id = await sendText(key, "Too long", to);
    await unhealthy();
    vi.setSystemTime(Date.now() + 24 * 60 * minute - 10_000);
    await runDurableObjectAlarm(env.POOLS.getByName(key.id));
    expect((await readMessage(key, id, to)).status).toBe("queued");
    vi.setSystemTime(Date.now() + 20_000);
    await runDurableObjectAlarm(env.POOLS.getByName(key.id));
    expect(await readMessage(key, id, to)).toMatchObject({ status: "failed", error_code: "20003" });
  });
});

it("an account that Twilio has suspended says so of what waits, and of what it fails, and not that its credentials are wrong", async () => {
  const inactive = { kind: "refuse", status: 403, code: 20005, message: "Account not active" } as const;
  twilio.faults.chooseBy((seen) => (seen.call === "create" ? inactive : null));
  const id = await sendText(key, "Suspended", to);
  await unhealthy();
  const story = async () => (await admin(`/api-keys/${key.id}/messages/${id}`)).body;
  await eventually(async () =>
    JSON.stringify((await story()).next).includes("suspended or closed the account (20005)"),
  );
  vi.setSystemTime(Date.now() + 24 * 60 * minute + 10_000);
  await runDurableObjectAlarm(env.POOLS.getByName(key.id));
  const failed = await readMessage(key, id, to);
  expect(failed).toMatchObject({ status: "failed", error_code: "20005", error: expect.stringContaining("suspended") });
});

describe("credentials", () => {
  it.each([
    ["auth token", { auth_token: "wrong" }],
    ["API key", { api_key_secret: "wrong" }],
  ])(
    "are all tried when an account is connected: a wrong %s beside what is good is named, and nothing is stored",
    async (name, wrong) => {
      const account = outside.open({ apiKeys: [apiKey] });
      const organization = await admin("/organizations", { body: { name: "Two credentials" } });
      const good = {
        organization_id: organization.body.organization_id,
        account_sid: account.options.accountSid,
        api_key_sid: apiKey.sid,
        api_key_secret: apiKey.secret,
        auth_token: account.options.authToken,
      };
      const refused = await admin("/integrations/twilio", { body: { ...good, ...wrong } });
      expect(refused).toMatchObject({
        status: 422,
        body: { code: "twilio_authentication_failed", message: `Twilio refused the ${name}: Authenticate` },
      });
      expect((await admin("/integrations/twilio", { body: good })).status).toBe(201);
    },
  );

  it("are all tried when an account is changed: a wrong auth token beside a good API key leaves both as they were", async () => {
    const change = { api_key_sid: apiKey.sid, api_key_secret: apiKey.secret, auth_token: "wrong" };
    const path = `/integrations/twilio/${key.integrationId}`;
    const refused = await admin(path, { method: "PATCH", body: change });
    expect(refused).toMatchObject({ status: 422, body: { code: "twilio_authentication_failed" } });
    expect(refused.body.message).toContain("auth token");
    expect(await integration()).toMatchObject({ authentication: "auth_token", api_key_sid: null });
  });

  it.each([{ region: "ie1" }, { edge: "dublin" }])(
    "are tried where %o sends them, before anything is stored: what they are refused there keeps the account as it was",
    async (place) => {
      const path = `/integrations/twilio/${key.integrationId}`;
      revokeToken();
      const refused = await admin(path, { method: "PATCH", body: place });
      expect(refused).toMatchObject({ status: 422, body: { code: "twilio_authentication_failed" } });
      expect(await integration()).toMatchObject({ region: null, edge: null, status: "connected" });
    },
  );

  it("are stored for no region whose host is not known", async () => {
    const path = `/integrations/twilio/${key.integrationId}`;
    const refused = await admin(path, { method: "PATCH", body: { region: "br1" } });
    expect(refused).toMatchObject({ status: 400, body: { code: "invalid_request" } });
    expect(refused.body.message).toContain("give edge too");
    expect(await integration()).toMatchObject({ region: null });
  });

  it("are in no answer, no log line and no error, whatever happens", async () => {
    const secrets = [
      twilio.options.authToken,
      apiKey.secret,
      btoa(`${twilio.options.accountSid}:${twilio.options.authToken}`),
      btoa(`${apiKey.sid}:${apiKey.secret}`),
    ];
    const answers: unknown[] = [];
    const path = `/integrations/twilio/${key.integrationId}`;
    const pair = { api_key_sid: apiKey.sid, api_key_secret: apiKey.secret };
    answers.push(await admin(path, { method: "PATCH", body: pair }));
    answers.push(
      await admin(path),
      await admin("/integrations/twilio"),
      await admin(`${path}/test`, { method: "POST", body: {} }),
    );
    const echo = { code: 20001, message: `bad ${apiKey.secret} ${twilio.options.authToken}` };
    twilio.faults.add({}, { kind: "answer", status: 400, body: JSON.stringify(echo), taken: false }, 1);
    const id = await sendText(key, "Echo", to);
    await eventually(async () => (await readMessage(key, id, to)).status === "failed");
    answers.push(await readMessage(key, id, to));
    answers.push(await admin(path, { method: "PATCH", body: { auth_token: `${twilio.options.authToken}x` } }));
    answers.push(
      await admin("/integrations/twilio", {
        body: {
          account_sid: twilio.options.accountSid,
          auth_token: twilio.options.authToken,
          organization_id: key.organizationId,
        },
      }),
    );
    const said = JSON.stringify(answers) + outside.lines.join("\n");
    for (const secret of secrets) expect(said).not.toContain(secret);
  });

  it("of an API key are tried where they may work: a standard key's 401 on the account is no failure", async () => {
    const standard = outside.open({ apiKeys: [apiKey] });
    const own = await makeLiveKey(standard, {
      integration: { auth_token: undefined, api_key_sid: apiKey.sid, api_key_secret: apiKey.secret },
    });
    const tested = await admin(`/integrations/twilio/${own.integrationId}/test`, { method: "POST", body: {} });
    const checks = Object.fromEntries(
      (tested.body.checks as { name: string; ok: boolean }[]).map(({ name, ok }) => [name, ok]),
    );
    expect(checks).toEqual({
      credentials: true,
      numbers: true,
      messages: true,
      webhook_signature: false,
      webhook_urls: true,
    });
  });

  it("of a restricted key are reported capability by capability", async () => {
    const restricted = outside.open({ apiKeys: [{ ...apiKey, mayRead: ["messages"] }] });
    const organization = await admin("/organizations", { body: { name: "Restricted" } });
    const connected = await admin("/integrations/twilio", {
      body: {
        organization_id: organization.body.organization_id,
        account_sid: restricted.options.accountSid,
        api_key_sid: apiKey.sid,
        api_key_secret: apiKey.secret,
      },
    });
    expect(connected.status).toBe(201);
    const tested = await admin(`/integrations/twilio/${connected.body.integration_id}/test`, {
      method: "POST",
      body: {},
    });
    const checks = Object.fromEntries(
      (tested.body.checks as { name: string; ok: boolean }[]).map(({ name, ok }) => [name, ok]),
    );
    expect(tested.body.ok).toBe(false);
    expect(checks).toMatchObject({ credentials: true, numbers: false, messages: true });
  });
});

describe("requests whose signature is refused", () => {
  /** Twilio repeats what is refused: each message is four requests. */
  const forge = async (times = 1) => {
    const sent = { from: to, to: key.numbers[0] ?? "", text: "Hello", signing: "wrong" as const, times };
    for (const { status } of await twilio.sendInbound(sent)) expect(status).toBe(403);
  };

  it("are seen in the account's detail, with how many, the last time and what to check, until new credentials are given", async () => {
    await forge();
    const at = new Date().toISOString();
    const { warnings } = await integration();
    expect(warnings).toEqual([expect.stringMatching(/^At least 4 requests .*auth token.*PUBLIC_URL.*proxy/)]);
    expect(String(warnings)).toContain(`the last at ${at}`);
    const path = `/integrations/twilio/${key.integrationId}`;
    await admin(path, { method: "PATCH", body: { auth_token: twilio.options.authToken } });
    expect((await integration()).warnings).toEqual([]);
  });

  it("are a warning for seven days after the last one", async () => {
    await forge();
    vi.setSystemTime(Date.now() + 7 * 24 * 60 * minute);
    expect((await integration()).warnings).toHaveLength(1);
    vi.setSystemTime(Date.now() + 1);
    expect((await integration()).warnings).toEqual([]);
  });

  it("cost one write a minute, however many there are and however many isolates they reach, and all are counted", async () => {
    const statements = vi.spyOn(Object.getPrototypeOf(env.DB), "prepare");
    const writes = () => statements.mock.calls.filter(([text]) => !/^select/i.test(String(text)));
    const stored = () =>
      env.DB.prepare("SELECT refused_signatures AS refused FROM twilio_accounts WHERE id = ?")
        .bind(key.integrationId)
        .first("refused");
    await forge(25);
    expect(writes()).toHaveLength(1);
    expect(await stored()).toBe(1);
    expect(String((await integration()).warnings)).toContain("At least 100 requests");
    const otherIsolate = readDeps();
    await noteRefused(otherIsolate, key.integrationId);
    expect(await stored()).toBe(1);
    vi.setSystemTime(Date.now() + minute);
    await forge();
    expect(await stored()).toBe(101);
    vi.setSystemTime(Date.now() + minute);
    await noteRefused(otherIsolate, key.integrationId);
    expect(await stored()).toBe(103);
  });
});

describe("status reports whose signature the pool refuses", () => {
  /** Sends a message, and lets somebody else report of it: each time four requests, for what is refused is repeated. */
  const forge = async (times: number) => {
    const before = acceptedBy(twilio).length;
    await sendText(key, "Hello", to);
    const { sid } = await eventually(async () => acceptedBy(twilio)[before]);
    for (let time = 0; time < times; time += 1) {
      expect(await twilio.sendStatus(sid, "delivered", { signing: "wrong" })).toMatchObject({ status: 403 });
    }
    return sid;
  };
  const warned = async (count: number, at: number) => {
    const requests = count === 1 ? "At least 1 request " : `At least ${count} requests `;
    const words = `${requests}in Twilio's name refused since the credentials were given, the last at ${new Date(at).toISOString()}`;
    await eventually(async () => String((await integration()).warnings).includes(words));
  };
  const ring = () => runDurableObjectAlarm(env.POOLS.getByName(key.id));

  it("are counted with the account's others, and the directory is told once a minute, however many there are", async () => {
    const begin = Date.now();
    await forge(1);
    await warned(1, begin);
    vi.setSystemTime(begin + 20_000);
    await forge(9);
    await ring();
    await warned(1, begin);
    vi.setSystemTime(begin + minute);
    await ring();
    await warned(40, begin + 20_000);
  });

  it("leave a genuine one to be heard, which is counted nowhere; new credentials begin anew", async () => {
    const sid = await forge(3);
    expect(await twilio.sendStatus(sid, "delivered")).toMatchObject({ status: 204 });
    await warned(1, Date.now());
    const path = `/integrations/twilio/${key.integrationId}`;
    await admin(path, { method: "PATCH", body: { auth_token: twilio.options.authToken } });
    vi.setSystemTime(Date.now() + minute);
    await ring();
    expect((await integration()).warnings).toEqual([]);
  });
});

describe("importing", () => {
  it("follows every page, sets what ours needs, and changes nothing when it is repeated", async () => {
    const numbers = Array.from({ length: 230 }, () => freshNumber());
    const large = outside.open({ numbers });
    const own = await makeLiveKey(large, { numbers: [] });
    const path = `/integrations/twilio/${own.integrationId}`;
    const available = await admin(`${path}/available-numbers`);
    expect((available.body.numbers as unknown[]).length).toBe(230);
    const fifty = numbers.slice(180);
    const first = await admin(`${path}/import`, { body: { phone_numbers: fifty } });
    const second = await admin(`${path}/import`, { body: { phone_numbers: fifty } });
    const states = (answer: { body: Record<string, unknown> }) =>
      (answer.body.results as { status: string }[]).map(({ status }) => status);
    expect(new Set(states(first))).toEqual(new Set(["imported"]));
    expect(new Set(states(second))).toEqual(new Set(["reconfigured"]));
    expect(numberAt(large, fifty[0])).toMatchObject({
      sms_url: `https://gateway.test/twilio/${own.integrationId}/inbound#rc=3&rp=all`,
      sms_method: "POST",
      sms_application_sid: "",
      status_callback: "",
      voice_url: "",
    });
    const tooMany = await admin(`${path}/import`, { body: { phone_numbers: numbers.slice(0, 51) } });
    expect(tooMany).toMatchObject({ status: 400, body: { code: "bulk_limit_exceeded" } });
    const unknown = await admin(`${path}/import`, { body: { phone_numbers: ["+14155500000", numbers[0]] } });
    expect(states(unknown)).toEqual(["failed", "imported"]);
    expect(large.violations).toEqual([]);
  });

  it("leaves alone what a person has set since the import, and says that not all stands again", async () => {
    const number = freshNumber();
    const used = outside.open({ numbers: [{ phoneNumber: number, smsUrl: "https://old.example/sms" }] });
    await makeLiveKey(used);
    numberAt(used).sms_url = "https://their-own.example/sms";
    const released = await admin(`/numbers/${encodeURIComponent(number)}`, { method: "DELETE" });
    expect(released).toMatchObject({ status: 200, body: { webhooks_restored: false } });
    expect(numberAt(used)).toMatchObject({ sms_url: "https://their-own.example/sms" });
  });

  it("remembers what stood at Twilio and puts it back on release, even after a repair", async () => {
    const number = freshNumber();
    const smsApplicationSid = `AP${"e".repeat(32)}`;
    const used = outside.open({
      numbers: [{ phoneNumber: number, smsUrl: "https://old.example/sms", smsApplicationSid }],
    });
    const own = await makeLiveKey(used);
    numberAt(used).sms_url = "https://drifted.example/";
    await admin(`/integrations/twilio/${own.integrationId}/import`, { body: { phone_numbers: [number] } });
    const released = await admin(`/numbers/${encodeURIComponent(number)}`, { method: "DELETE" });
    expect(released.body).toMatchObject({ success: true, webhooks_restored: true });
    expect(numberAt(used)).toMatchObject({
      sms_url: "https://old.example/sms",
      sms_application_sid: smsApplicationSid,
    });
    expect(used.violations).toEqual([]);
  });

  it.each(["before", "after"])("forgets nothing of it when everything ends %s Twilio has changed it", async (when) => {
    const number = freshNumber();
    const used = outside.open({ numbers: [{ phoneNumber: number, smsUrl: "https://old.example/sms" }] });
    const own = await makeLiveKey(used, { numbers: [] });
    const deps = readDeps();
    const cut = importNumbers(
      {
        ...deps,
        carrier: (account, login) => {
          const twilioAccount = deps.carrier(account, login);
          return {
            ...twilioAccount,
            updateNumber: async (...given) => {
              if (when === "after") await twilioAccount.updateNumber(...given);
              throw new Error("The process ended.");
            },
          };
        },
      },
      own.integrationId,
      [number],
    );
    await expect(cut).rejects.toThrow("The process ended.");
    await admin(`/integrations/twilio/${own.integrationId}/import`, { body: { phone_numbers: [number] } });
    expect(numberAt(used).sms_url).toContain(`/twilio/${own.integrationId}/inbound`);
    await admin(`/numbers/${encodeURIComponent(number)}`, { method: "DELETE" });
    expect(numberAt(used).sms_url).toBe("https://old.example/sms");
  });

  it("takes a fallback away, which would answer what ours could not take, and puts it back on release", async () => {
    const number = freshNumber();
    const used = outside.open({ numbers: [number] });
    numberAt(used).sms_fallback_url = "https://old.example/fallback";
    await makeLiveKey(used);
    expect(numberAt(used).sms_fallback_url).toBe("");
    await admin(`/numbers/${encodeURIComponent(number)}`, { method: "DELETE" });
    expect(numberAt(used)).toMatchObject({ sms_url: "", sms_fallback_url: "https://old.example/fallback" });
  });

  it.each(["release", "disconnection"])("a %s leaves alone what a person set at Twilio since", async (way) => {
    const number = freshNumber();
    const used = outside.open({ numbers: [{ phoneNumber: number, smsUrl: "https://old.example/sms" }] });
    const own = await makeLiveKey(used);
    numberAt(used).sms_url = "https://person.example/new";
    const path =
      way === "release" ? `/numbers/${encodeURIComponent(number)}` : `/integrations/twilio/${own.integrationId}`;
    expect((await admin(path, { method: "DELETE" })).status).toBe(200);
    expect(numberAt(used).sms_url).toBe("https://person.example/new");
  });

  it("gives calls back when the voice channel is switched off, and remembers them anew when it is on again", async () => {
    const number = freshNumber();
    const used = outside.open({ numbers: [number] });
    numberAt(used).voice_url = "https://old.example/voice";
    const own = await makeLiveKey(used, { integration: { sync: { channels: ["sms", "voice"] } } });
    const switchVoice = (channels: string[]) =>
      admin(`/integrations/twilio/${own.integrationId}`, { method: "PATCH", body: { sync: { channels } } });
    expect(numberAt(used).voice_url).toContain("/voice");
    expect(numberAt(used).voice_url).toContain("/twilio/");
    expect((await switchVoice(["sms"])).status).toBe(200);
    expect(numberAt(used).voice_url).toBe("https://old.example/voice");
    numberAt(used).voice_url = "https://newer.example/voice";
    await switchVoice(["sms", "voice"]);
    await admin(`/integrations/twilio/${own.integrationId}/import`, { body: { phone_numbers: [number] } });
    expect(numberAt(used).voice_url).toContain("/twilio/");
    await admin(`/numbers/${encodeURIComponent(number)}`, { method: "DELETE" });
    expect(numberAt(used).voice_url).toBe("https://newer.example/voice");
  });

  it("never remembers a webhook of ours as what stood there before", async () => {
    const number = freshNumber();
    const used = outside.open({
      numbers: [{ phoneNumber: number, smsUrl: `${env.PUBLIC_URL}/twilio/int_old/inbound` }],
    });
    await makeLiveKey(used);
    await admin(`/numbers/${encodeURIComponent(number)}`, { method: "DELETE" });
    expect(numberAt(used).sms_url).toBe("");
  });

  it("leaves nothing behind of a number that Twilio refuses to change", async () => {
    const number = freshNumber();
    const used = outside.open({ numbers: [number] });
    const own = await makeLiveKey(used, { numbers: [] });
    const deps = readDeps();
    const refusal = { status: 400, code: "21402", message: "Refused." };
    const refusing = {
      ...deps,
      carrier: (...given: Parameters<typeof deps.carrier>) => ({
        ...deps.carrier(...given),
        updateNumber: async () => ({ ok: false as const, refusal }),
      }),
    };
    const imported = await importNumbers(refusing, own.integrationId, [number]);
    expect(imported).toMatchObject({ ok: true, value: [{ status: "failed", code: "twilio_refused" }] });
    const listed = await admin(`/integrations/twilio/${own.integrationId}/available-numbers`);
    expect(listed.body.numbers).toMatchObject([{ phone_number: number, imported: false }]);
  });

  it("says of a number that the account no longer has that it may be released, in its test too", async () => {
    const [stays = "", goes = ""] = [freshNumber(), freshNumber()];
    const used = outside.open({ numbers: [stays, goes] });
    const own = await makeLiveKey(used);
    used.numbers.splice(1, 1);
    const tested = await admin(`/integrations/twilio/${own.integrationId}/test`, { method: "POST", body: {} });
    const checks = tested.body.checks as { name: string; ok: boolean; detail: string }[];
    const { ok, detail } = checks.find(({ name }) => name === "webhook_urls") ?? {};
    expect({ ok, detail }).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/release those that the account no longer has/),
    });
    expect(detail).toContain(goes);
    expect(detail).not.toContain(stays);
  });

  it("is compared by the cron: what was changed at Twilio is told, shown, and repaired by importing again", async () => {
    const path = `/integrations/twilio/${key.integrationId}`;
    const webhookOk = async () =>
      ((await admin(`${path}/available-numbers`)).body.numbers as { webhook_ok: boolean }[])[0]?.webhook_ok;
    expect(await webhookOk()).toBe(true);
    numberAt(twilio).sms_application_sid = `AP${"f".repeat(32)}`;
    vi.setSystemTime(Date.now() + 2 * 60 * minute);
    // A round looks at ten accounts, and the other tests of this file have left some.
    for (let round = 0; round < 4; round += 1) await cron();
    expect(outside.lines.some((line) => line.includes("webhook_drift"))).toBe(true);
    expect(await webhookOk()).toBe(false);
    const tested = await admin(`${path}/test`, { method: "POST", body: {} });
    expect(JSON.stringify(tested.body)).toContain("Import again to repair");
    expect((await integration()).warnings).toEqual([expect.stringContaining(key.numbers[0] ?? "")]);
    await admin(`${path}/import`, { body: { phone_numbers: key.numbers } });
    expect(await webhookOk()).toBe(true);
    expect((await integration()).warnings).toEqual([]);
  });

  it("warns of a number whose Messaging Service takes its inbound messages, by the service's name", async () => {
    const [swallowed, deferred] = [freshNumber(), freshNumber()];
    const used = outside.open({ numbers: [swallowed, deferred] });
    const own = await makeLiveKey(used, { numbers: [] });
    const taking = `MG${"1".repeat(32)}`;
    const deferring = `MG${"2".repeat(32)}`;
    const services = [
      { sid: taking, friendly_name: "Newsletter", use_inbound_webhook_on_number: false },
      { sid: deferring, friendly_name: "Support", use_inbound_webhook_on_number: true },
    ];
    const asked = answerMessagingApi((path) => {
      if (path === "/v1/Services") return { services };
      const member = path.includes(taking) ? swallowed : deferred;
      return { phone_numbers: [{ sid: used.numbers.find(({ phoneNumber }) => phoneNumber === member)?.sid }] };
    });
    used.url = "https://api.twilio.com";
    const results = await importAtTwilio(own.integrationId, [swallowed, deferred]);
    expect(results).toEqual([
      { phone_number: swallowed, status: "imported", warnings: [expect.stringContaining("Newsletter")] },
      { phone_number: deferred, status: "imported" },
    ]);
    expect(asked).toEqual(["/v1/Services", `/v1/Services/${taking}/PhoneNumbers`]);
  });

  it("goes on without that warning where the login may not read Messaging Services", async () => {
    const used = outside.open();
    const own = await makeLiveKey(used, { numbers: [] });
    const asked = answerMessagingApi(() => null);
    used.url = "https://api.twilio.com";
    const number = used.numbers[0]?.phoneNumber ?? "";
    expect(await importAtTwilio(own.integrationId, [number])).toEqual([{ phone_number: number, status: "imported" }]);
    expect(asked).toEqual(["/v1/Services"]);
  });
});

describe("a message through a Messaging Service", () => {
  it("names the service of the message, else of the number, else of the account, always beside the chosen number", async () => {
    const [ofAccount, ofNumber, ofMessage] = ["1", "2", "3"].map((digit) => `MG${digit.repeat(32)}`);
    const services = () => twilio.messages.map((message) => [message.from, message.messagingServiceSid]);
    await admin(`/integrations/twilio/${key.integrationId}`, {
      method: "PATCH",
      body: { messaging_service_sid: ofAccount },
    });
    await sendText(key, "By the account's", to);
    await eventually(async () => twilio.messages.length === 1);
    const changed = await admin(`/numbers/${encodeURIComponent(key.numbers[0] ?? "")}`, {
      method: "PATCH",
      body: { messaging_service_sid: ofNumber },
    });
    expect(changed.body.messaging_service_sid).toBe(ofNumber);
    await sendText(key, "By the number's", to);
    await eventually(async () => twilio.messages.length === 2);
    await sendText(key, "By its own", to, { messaging_service_sid: ofMessage });
    await eventually(async () => twilio.messages.length === 3);
    const [from] = key.numbers;
    expect(services()).toEqual([
      [from, ofAccount],
      [from, ofNumber],
      [from, ofMessage],
    ]);
    expect(twilio.violations).toEqual([]);
  });

  it("and every other extra is passed on as it stands, in Twilio's own words", async () => {
    const forms: string[] = [];
    const before = vi.mocked(globalThis.fetch).getMockImplementation() ?? globalThis.fetch;
    vi.mocked(globalThis.fetch).mockImplementation(async (input, init) => {
      if (typeof init?.body === "string" && String(input).endsWith("/Messages.json")) forms.push(init.body);
      return before(input, init);
    });
    const content_sid = `HX${"a".repeat(32)}`;
    await sendText(key, "“Quoted”", to, {
      validity_period: 600,
      smart_encoded: true,
      content_retention: "discard",
      content_sid,
      content_variables: { 1: "Ada" },
    });
    await eventually(async () => acceptedBy(twilio).length === 1);
    expect(Object.fromEntries(new URLSearchParams(forms[0]))).toMatchObject({
      ValidityPeriod: "600",
      SmartEncoded: "true",
      ContentRetention: "discard",
      ContentSid: content_sid,
      ContentVariables: '{"1":"Ada"}',
      StatusCallback: expect.stringMatching(
        /^https:\/\/gateway\.test\/twilio\/int_\w+\/status\?pool=\w{24}&message=msg_\w+#rc=3&rp=all$/,
      ),
    });
    expect(twilio.violations).toEqual([]);
  });

  it.each([
    ["validity_period", 0],
    ["validity_period", 36_001],
    ["content_retention", "burn"],
    ["messaging_service_sid", "MG1"],
    ["content_sid", "HX1"],
    ["content_variables", "no json"],
  ])("refuses %s %j before Twilio", async (name, value) => {
    const path = `/v2/api/chats/${encodeURIComponent(to)}/messages`;
    expect((await call(path, { body: { text: "Hi", [name]: value }, token: key.token })).status).toBe(400);
    expect(twilio.creates).toBe(0);
  });
});
