import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { findAccount, findAccountBySid } from "../../../src/directory/accounts.ts";
import { findApiKey } from "../../../src/directory/api-keys.ts";
import { openDatabase } from "../../../src/directory/database.ts";
import { findNumber, listNumbers } from "../../../src/directory/numbers.ts";
import { findOrganization } from "../../../src/directory/organizations.ts";
import { readAccount } from "../../../src/directory/publish.ts";
import { keepUnclaimed, listUnclaimed } from "../../../src/directory/unclaimed.ts";
import { findWebhook } from "../../../src/directory/webhooks.ts";
import type { InboundMessage } from "../../../src/domain/calls/inbound.ts";
import { changeAccount, connectAccount } from "../../../src/flows/accounts/connect.ts";
import { disconnectAccount } from "../../../src/flows/accounts/disconnect.ts";
import { importNumbers, releaseNumber } from "../../../src/flows/accounts/import-numbers.ts";
import { repairNumbers } from "../../../src/flows/accounts/repair-numbers.ts";
import { changeKey, createApiKey, revokeKey, rotateKey } from "../../../src/flows/keys/api-keys.ts";
import { changeOrganization, createOrganization } from "../../../src/flows/keys/organizations.ts";
import { heedEverywhere } from "../../../src/flows/messages/heed-everywhere.ts";
import { keepInbound } from "../../../src/flows/messages/keep-inbound.ts";
import { changeNumber, setOrder } from "../../../src/flows/numbers/assign.ts";
import { openLogin } from "../../../src/flows/secrets.ts";
import { changeWebhook, createWebhook, removeWebhook, rotateWebhook } from "../../../src/flows/webhooks/manage.ts";
import type { FakeAccount } from "../../support/node/fake-twilio-account.ts";
import { freshDeps } from "../../support/workers/cut.ts";
import { admin } from "../../support/workers/gateway.ts";
import { ask } from "../../support/workers/ledger.ts";
import { connectCarrier, makeKey, newNumber } from "../../support/workers/pool.ts";
import { freshNumber, standInForTheOutside } from "../../support/workers/twilio.ts";
import { type AnyGround, driveCuts, type Window } from "../../support/workers/windows.ts";

const db = openDatabase(env.DB);
const theirs = "https://theirs.example/sms";

/** An organization with an account of three numbers, two held by a key that has a webhook, one by nobody; and a second key. */
type Ground = AnyGround & {
  integrationId: string;
  keyId: string;
  otherKeyId: string;
  webhookId: string;
  held: string;
  second: string;
  free: string;
  twilio: FakeAccount;
};

async function makeGround(): Promise<Ground> {
  const [held, second, free] = [newNumber(), newNumber(), newNumber()];
  const carrier = await connectCarrier({ [held]: {}, [second]: {}, [free]: {} });
  const { organizationId, integrationId, twilio } = carrier;
  const keyId = (await makeKey(carrier, { [held]: {}, [second]: {} })).id;
  const otherKeyId = (await makeKey(carrier, {})).id;
  const webhook = await admin("/webhooks", {
    body: {
      organization_id: organizationId,
      api_key_id: keyId,
      webhook_url: "https://customer.example/a",
      events: ["*"],
    },
  });
  const webhookId = String(webhook.body.webhook_id);
  return { turn: 0, organizationId, integrationId, keyId, otherKeyId, webhookId, held, second, free, twilio };
}

function fieldsOf({ twilio }: Ground, address: string) {
  const number = twilio.numbers.find(({ phoneNumber }) => phoneNumber === address);
  if (number === undefined) throw new Error("The stand-in has no such number.");
  return number.fields;
}

function inboundTo(ground: Ground, to: string): InboundMessage {
  return {
    providerId: `SM${to}${ground.turn}`,
    accountId: ground.integrationId,
    from: "+15557770001",
    to,
    channel: "sms",
    text: "Hi",
    attachments: [],
    verified: true,
    optOutType: null,
    detail: {},
  };
}

function askPool(id: string, query: string, ...values: unknown[]) {
  return ask({ id, token: "", numbers: [], organizationId: "", integrationId: "" }, query, ...values);
}

/** How often a pool has this turn's message to a number. */
async function inboundOf(id: string, ground: Ground, number: string): Promise<number> {
  const { providerId } = inboundTo(ground, number);
  return (await askPool(id, "SELECT seq FROM messages WHERE direction = 'inbound' AND sid = ?", providerId)).length;
}

/** Gives a number to a key, or to nobody, in one call to each. */
async function assign(address: string, apiKeyId: string | null): Promise<void> {
  const { status } = await admin(`/numbers/${encodeURIComponent(address)}`, {
    method: "PATCH",
    body: { api_key_id: apiKeyId },
  });
  expect(status).toBe(200);
}

async function count(query: string, ...values: unknown[]): Promise<number> {
  const row = await env.DB.prepare(query)
    .bind(...values)
    .first<{ total: number }>();
  return row?.total ?? 0;
}

/** The sandbox accounts of the organizations that this turn has made open with their tokens. */
async function sandboxesOpen({ turn }: Ground): Promise<void> {
  const deps = freshDeps();
  const query = `SELECT twilio_accounts.id FROM twilio_accounts JOIN organizations ON organizations.id = organization_id
    WHERE sandbox = 1 AND kind = 'twilio' AND organizations.name = ?`;
  const rows = await env.DB.prepare(query).bind(`Made ${turn}`).all<{ id: string }>();
  for (const { id } of rows.results) {
    const row = await findAccount(db, id);
    if (row === null) continue;
    const listed = await deps.carrier(row, await openLogin(deps, readAccount(row))).listNumbers();
    expect(listed, `sandbox ${id}`).toMatchObject({ ok: true });
  }
}

const input = {
  type: "all" as const,
  validUntil: -1,
  events: null,
  numbers: null,
  format: "blooio" as const,
  eventName: "",
};

const windows: Window<Ground>[] = [
  {
    flow: "createOrganization",
    run: (deps, { turn }) => createOrganization(deps, { name: `Made ${turn}`, countryCode: "US" }),
    watched: sandboxesOpen,
    done: sandboxesOpen,
  },
  {
    flow: "changeOrganization",
    run: (deps, { organizationId, turn }) =>
      changeOrganization(deps, organizationId, { name: `Renamed ${turn}`, retentionDays: turn }),
    done: async ({ organizationId, turn }) =>
      expect(await findOrganization(db, organizationId)).toMatchObject({
        name: `Renamed ${turn}`,
        retentionDays: turn,
      }),
  },
  {
    flow: "createApiKey",
    run: (deps, { organizationId, turn }) =>
      createApiKey(deps, { name: `Made ${turn}`, organizationId, mode: "live", selection: null }),
    done: async ({ organizationId, turn }) =>
      expect(
        await count(
          "SELECT count(*) AS total FROM api_keys WHERE organization_id = ? AND name = ?",
          organizationId,
          `Made ${turn}`,
        ),
      ).toBeGreaterThan(0),
  },
  {
    flow: "rotateKey",
    run: (deps, { keyId }) => rotateKey(deps, keyId, 60),
    done: async ({ keyId }) => expect((await findApiKey(db, keyId))?.status).toBe("active"),
  },
  {
    flow: "changeKey",
    run: (deps, { keyId, turn }) => changeKey(deps, keyId, { name: `Renamed ${turn}` }),
    done: async ({ keyId, turn }) => expect((await findApiKey(db, keyId))?.name).toBe(`Renamed ${turn}`),
  },
  {
    flow: "revokeKey",
    before: async (ground) => {
      const made = await admin("/api-keys", { body: { name: "Revoked", organization_id: ground.organizationId } });
      ground.keyId = String(made.body.api_key_id);
      await assign(ground.held, ground.keyId);
    },
    run: (deps, { keyId }) => revokeKey(deps, keyId),
    done: async ({ keyId, held }) => {
      expect((await findApiKey(db, keyId))?.status).toBe("revoked");
      expect((await findNumber(db, held))?.apiKeyId).toBeNull();
    },
  },
  {
    flow: "createWebhook",
    run: (deps, { organizationId, keyId, turn }) =>
      createWebhook(
        deps,
        { organizationId, apiKeyId: keyId },
        { ...input, url: `https://customer.example/new${turn}` },
      ),
    done: async ({ keyId, turn }) =>
      expect(
        await count(
          "SELECT count(*) AS total FROM webhooks WHERE api_key_id = ? AND url LIKE ?",
          keyId,
          `%/new${turn}`,
        ),
      ).toBe(1),
  },
  {
    flow: "changeWebhook",
    before: ({ webhookId }) => changeWebhook(freshDeps(), webhookId, { deprecate: false }),
    run: (deps, { webhookId }) => changeWebhook(deps, webhookId, { deprecate: true }),
    done: async ({ webhookId }) => expect((await findWebhook(db, webhookId))?.deprecatedAt).not.toBeNull(),
  },
  {
    flow: "rotateWebhook",
    run: (deps, { webhookId }) => rotateWebhook(deps, webhookId, 60),
    done: async ({ webhookId, turn }) =>
      expect((await findWebhook(db, webhookId))?.rotationCount).toBeGreaterThanOrEqual(turn),
  },
  {
    flow: "removeWebhook",
    before: async (ground) => {
      const { organizationId, keyId, turn } = ground;
      const owner = { organizationId, apiKeyId: keyId };
      const made = await createWebhook(freshDeps(), owner, { ...input, url: `https://customer.example/gone${turn}` });
      if (!made.ok) throw new Error(made.failure.message);
      ground.webhookId = made.value.webhook.id;
    },
    run: (deps, { webhookId }) => removeWebhook(deps, webhookId),
    done: async ({ webhookId }) => expect(await findWebhook(db, webhookId)).toBeNull(),
  },
  {
    flow: "connectAccount",
    before: async (ground) => {
      const { organizationId } = ground;
      ground.twilio = standInForTheOutside().open({ numbers: [freshNumber()] });
      expect(await findAccountBySid(db, organizationId, ground.twilio.options.accountSid)).toBeNull();
    },
    run: (deps, { organizationId, twilio }) =>
      connectAccount(deps, {
        organizationId,
        accountSid: twilio.options.accountSid,
        authToken: twilio.options.authToken,
      }),
    done: async ({ organizationId, twilio }) =>
      expect(await findAccountBySid(db, organizationId, twilio.options.accountSid)).toMatchObject({
        status: "connected",
      }),
  },
  {
    flow: "changeAccount",
    run: (deps, { integrationId, turn, twilio: { options } }) =>
      changeAccount(deps, integrationId, { authToken: options.authToken, messagingServiceSid: serviceOf(turn) }),
    done: async ({ integrationId, turn }) =>
      expect((await findAccount(db, integrationId))?.messagingServiceSid).toBe(serviceOf(turn)),
  },
  {
    flow: "disconnectAccount",
    before: async (ground) => {
      ground.free = freshNumber();
      ground.twilio = standInForTheOutside().open({ numbers: [ground.free] });
      fieldsOf(ground, ground.free).sms_url = theirs;
      const { accountSid, authToken } = ground.twilio.options;
      const connected = await connectAccount(freshDeps(), {
        organizationId: ground.organizationId,
        accountSid,
        authToken,
      });
      if (!connected.ok) throw new Error(connected.failure.message);
      ground.integrationId = connected.value.id;
      await importNumbers(freshDeps(), ground.integrationId, [ground.free]);
      await assign(ground.free, ground.keyId);
    },
    run: (deps, { integrationId }) => disconnectAccount(deps, integrationId),
    watched: async (ground) => {
      const row = await findNumber(db, ground.free);
      expect(row?.webhookOk ?? false).toBe(fieldsOf(ground, ground.free).sms_url !== theirs);
    },
    done: async (ground) => {
      expect(await findAccount(db, ground.integrationId)).toBeNull();
      expect(await listNumbers(db, { accountId: ground.integrationId })).toEqual([]);
      expect(fieldsOf(ground, ground.free).sms_url).toBe(theirs);
    },
  },
  {
    flow: "importNumbers",
    before: async (ground) => {
      await admin(`/numbers/${encodeURIComponent(ground.free)}`, { method: "DELETE" });
      fieldsOf(ground, ground.free).sms_url = theirs;
    },
    run: (deps, { integrationId, free }) => importNumbers(deps, integrationId, [free]),
    watched: async (ground) => {
      const row = await findNumber(db, ground.free);
      const leadsHere = fieldsOf(ground, ground.free).sms_url !== theirs;
      // All or nothing: a number that is known here calls here.
      expect([row !== null, row?.webhookOk ?? false]).toEqual([leadsHere, leadsHere]);
    },
    done: async (ground) => {
      const row = await findNumber(db, ground.free);
      expect(row).toMatchObject({ webhookOk: true, webhookAddress: env.PUBLIC_URL });
      expect(row?.previousWebhooks?.smsUrl).toBe(theirs);
      expect(fieldsOf(ground, ground.free).sms_url).toContain(ground.integrationId);
    },
  },
  {
    flow: "releaseNumber",
    before: (ground) => startFrom(ground, ground.free),
    run: (deps, { free }) => releaseNumber(deps, free),
    done: async (ground) => {
      expect(await findNumber(db, ground.free)).toBeNull();
      expect(fieldsOf(ground, ground.free).sms_url).toBe(theirs);
    },
  },
  {
    flow: "changeNumber",
    before: async (ground) => {
      await assign(ground.free, null);
      await keepUnclaimed(db, inboundTo(ground, ground.free), Date.now());
    },
    run: (deps, { free, keyId, turn }) => changeNumber(deps, free, { apiKeyId: keyId, position: 0, weight: turn }),
    watched: async ({ free, keyId }) => {
      const row = await findNumber(db, free);
      expect(await listUnclaimed(db, free, 10)).toHaveLength(row?.apiKeyId === keyId ? 0 : 1);
    },
    done: async (ground) => {
      const { free, keyId, turn } = ground;
      expect(await findNumber(db, free)).toMatchObject({ apiKeyId: keyId, position: 0, weight: turn });
      expect(await inboundOf(keyId, ground, free)).toBe(1);
    },
  },
  {
    flow: "changeNumber (from pool to pool)",
    before: async (ground) => {
      await assign(ground.held, ground.keyId);
      await keepUnclaimed(db, inboundTo(ground, ground.held), Date.now());
    },
    run: (deps, { held, otherKeyId, turn }) => changeNumber(deps, held, { apiKeyId: otherKeyId, weight: turn }),
    done: async (ground) => {
      const { held, keyId, otherKeyId, turn } = ground;
      expect(await findNumber(db, held)).toMatchObject({ apiKeyId: otherKeyId, weight: turn });
      expect((await inboundOf(keyId, ground, held)) + (await inboundOf(otherKeyId, ground, held))).toBe(1);
    },
  },
  {
    flow: "setOrder",
    before: ({ keyId, held, second }) => setOrder(freshDeps(), keyId, [held, second]),
    run: (deps, { keyId, held, second }) => setOrder(deps, keyId, [second, held]),
    done: async ({ keyId, held, second }) =>
      expect((await listNumbers(db, { apiKeyId: keyId })).map(({ address }) => address)).toEqual([second, held]),
  },
  {
    flow: "keepInbound",
    // Its lobby is opened by the first message.
    needsFreshGround: true,
    before: async ({ organizationId }) => {
      await admin("/webhooks", {
        body: { organization_id: organizationId, webhook_url: "https://customer.example/all", events: ["*"] },
      });
    },
    run: (deps, ground) =>
      keepInbound(deps, { organizationId: ground.organizationId, apiKeyId: null }, inboundTo(ground, ground.free)),
    done: async (ground) => {
      expect(await listUnclaimed(db, ground.free, 10)).toHaveLength(1);
      expect(await inboundOf(ground.organizationId, ground, ground.free)).toBe(1);
    },
  },
  {
    flow: "heedEverywhere",
    // What was not kept Twilio tells again.
    promisedBy: "D1 insert unclaimed_inbound",
    before: async (ground) => {
      if (ground.turn > 1) return;
      await assign(ground.second, ground.otherKeyId);
      // The first message opens the lobby.
      const owner = { organizationId: ground.organizationId, apiKeyId: null };
      await keepInbound(freshDeps(), owner, inboundTo(ground, "rcs:other"));
    },
    run: (deps, ground) => {
      const owner = { organizationId: ground.organizationId, apiKeyId: null };
      const wish = { ...inboundTo(ground, "rcs:agent"), from: personOf(ground), channel: "rcs" as const, text: "STOP" };
      return heedEverywhere(deps, wish, () => keepInbound(deps, owner, wish));
    },
    watched: async (ground) => {
      // Kept or not, no pool knows less of it than another.
      const heeded = await heedersOf(ground);
      expect(heeded).toHaveLength(heeded.length === 0 ? 0 : 2);
    },
    done: async (ground) => {
      expect(await heedersOf(ground)).toHaveLength(2);
    },
  },
  {
    flow: "repairNumbers",
    before: async (ground) => {
      await env.DB.prepare("UPDATE numbers SET webhook_address = 'https://former.example' WHERE address IN (?, ?)")
        .bind(ground.held, ground.free)
        .run();
      for (const number of [ground.held, ground.free]) fieldsOf(ground, number).sms_url = theirs;
    },
    run: (deps) => repairNumbers(deps, ""),
    done: async (ground) => {
      for (const number of [ground.held, ground.free]) {
        expect(await findNumber(db, number)).toMatchObject({ webhookOk: true, webhookAddress: env.PUBLIC_URL });
        expect(fieldsOf(ground, number).sms_url).toContain(ground.integrationId);
      }
    },
  },
];

function serviceOf(turn: number): string {
  return `MG${String(turn).padStart(32, "0")}`;
}

function personOf({ turn }: Ground): string {
  return `+1555777${String(1000 + turn)}`;
}

/** Which of the two pools hold this turn's person for opted out. */
async function heedersOf(ground: Ground): Promise<string[]> {
  const asked = [ground.keyId, ground.otherKeyId].map(async (id) => {
    const { opt_outs } = (await admin(`/api-keys/${id}/opt-outs?contact=${encodeURIComponent(personOf(ground))}`)).body;
    return (opt_outs as unknown[]).length > 0 ? [id] : [];
  });
  return (await Promise.all(asked)).flat();
}

/** A number whose webhooks were somebody's before it was imported. */
async function startFrom(ground: Ground, address: string): Promise<void> {
  const path = `/numbers/${encodeURIComponent(address)}`;
  await admin(path, { method: "DELETE" });
  fieldsOf(ground, address).sms_url = theirs;
  await importNumbers(freshDeps(), ground.integrationId, [address]);
}

it(
  "wherever a flow of two places ends, nothing is lost or done twice, and both places agree in the end",
  {
    timeout: 900_000,
  },
  () => driveCuts(makeGround, windows),
);
