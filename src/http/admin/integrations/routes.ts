import type { Hono } from "hono";
import { findTwilioAccount, listAccounts } from "../../../directory/accounts.ts";
import { fail } from "../../../domain/failure.ts";
import { addSender } from "../../../flows/accounts/add-sender.ts";
import { changeAccount, connectAccount, testAccount } from "../../../flows/accounts/connect.ts";
import { disconnectAccount } from "../../../flows/accounts/disconnect.ts";
import * as flows from "../../../flows/accounts/import-numbers.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { paginate } from "../../shapes/paging.ts";
import { given } from "../given.ts";
import { toManagedNumber } from "../numbers/answers.ts";
import { toIntegration } from "./answers.ts";
import * as operations from "./contract.ts";

/** Registers the calls about Twilio accounts. */
export function mountIntegrations(router: Hono<Edge>): void {
  mountReading(router);
  mountConnecting(router);
  mountTesting(router);
  mountNumbers(router);
}

type Settings = {
  name?: string | undefined;
  api_key_sid?: string | undefined;
  api_key_secret?: string | undefined;
  auth_token?: string | undefined;
  region?: string | null | undefined;
  edge?: string | null | undefined;
  messaging_service_sid?: string | null | undefined;
  voice_forward?: string | null | undefined;
};

function readSettings(body: Settings) {
  return given({
    name: body.name,
    apiKeySid: body.api_key_sid,
    apiKeySecret: body.api_key_secret,
    authToken: body.auth_token,
    region: body.region,
    edge: body.edge,
    messagingServiceSid: body.messaging_service_sid,
    voiceForward: body.voice_forward,
  });
}

function mountReading(router: Hono<Edge>): void {
  mount(
    router,
    operations.listIntegrations,
    async ({ query, reply }, c) => {
      const deps = c.get("deps");
      const asked = {
        limit: query.limit,
        offset: query.offset,
        organizationId: query.organization_id ?? null,
        kind: "twilio" as const,
      };
      const { accounts, total } = await listAccounts(deps.db, asked);
      const integrations = await Promise.all(accounts.map((account) => toIntegration(deps, account)));
      return reply(200, { integrations, pagination: paginate(query, total) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.getIntegration,
    async ({ params, reply }, c) => {
      const account = await findTwilioAccount(c.get("deps").db, params.integrationId);
      if (account === null) return fail("not_found", "Twilio account not found.");
      return reply(200, await toIntegration(c.get("deps"), account));
    },
    adminGuard,
  );
}

function mountConnecting(router: Hono<Edge>): void {
  mount(
    router,
    operations.createIntegration,
    async ({ body, reply }, c) => {
      const connected = await connectAccount(c.get("deps"), {
        ...readSettings(body),
        ...given({ sync: body.sync }),
        organizationId: body.organization_id,
        accountSid: body.account_sid,
      });
      return connected.ok ? reply(201, await toIntegration(c.get("deps"), connected.value)) : connected;
    },
    adminGuard,
  );

  mount(
    router,
    operations.updateIntegration,
    async ({ params, body, reply }, c) => {
      const change = { ...readSettings(body), ...given({ sync: body.sync && given(body.sync) }) };
      const changed = await changeAccount(c.get("deps"), params.integrationId, change);
      return changed.ok ? reply(200, await toIntegration(c.get("deps"), changed.value)) : changed;
    },
    adminGuard,
  );

  mount(
    router,
    operations.deleteIntegration,
    async ({ params, reply }, c) => {
      const gone = await disconnectAccount(c.get("deps"), params.integrationId);
      if (!gone.ok) return gone;
      const { deletedAt, notRestored } = gone.value;
      return reply(200, { success: true, deleted_at: deletedAt, webhooks_not_restored: notRestored });
    },
    adminGuard,
  );
}

function mountTesting(router: Hono<Edge>): void {
  mount(
    router,
    operations.testIntegration,
    async ({ params, reply }, c) => {
      const tested = await testAccount(c.get("deps"), params.integrationId);
      return tested.ok ? reply(200, tested.value) : tested;
    },
    adminGuard,
  );
}

function mountNumbers(router: Hono<Edge>): void {
  mount(
    router,
    operations.listAvailableNumbers,
    async ({ params, reply }, c) => {
      const available = await flows.listAvailable(c.get("deps"), params.integrationId);
      if (!available.ok) return available;
      const numbers = available.value.map((number) => ({
        phone_number: number.phoneNumber,
        friendly_name: number.friendlyName,
        capabilities: number.capabilities,
        imported: number.imported,
        webhook_ok: number.webhookOk,
      }));
      return reply(200, { numbers });
    },
    adminGuard,
  );

  mount(
    router,
    operations.importNumbers,
    async ({ params, body, reply }, c) => {
      const imported = await flows.importNumbers(c.get("deps"), params.integrationId, body.phone_numbers);
      if (!imported.ok) return imported;
      const results = imported.value.map(({ phoneNumber, ...result }) => ({ phone_number: phoneNumber, ...result }));
      return reply(200, { results });
    },
    adminGuard,
  );

  mount(
    router,
    operations.addSender,
    async ({ params, body, reply }, c) => {
      const added = await addSender(c.get("deps"), params.integrationId, body.address);
      return added.ok ? reply(201, toManagedNumber(added.value)) : added;
    },
    adminGuard,
  );
}
