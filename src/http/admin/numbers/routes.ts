import type { Hono } from "hono";
import type * as z from "zod";
import { listNumbers } from "../../../directory/numbers.ts";
import { releaseNumber } from "../../../flows/accounts/import-numbers.ts";
import { type CapsChange, changeNumber } from "../../../flows/numbers/assign.ts";
import { readNumberStats } from "../../../flows/numbers/number-stats.ts";
import { registerLine } from "../../../flows/numbers/register-line.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { given } from "../given.ts";
import { toManagedNumber } from "./answers.ts";
import * as operations from "./contract.ts";

function readChange(body: z.output<typeof operations.updateManagedNumber.body>) {
  return given({
    apiKeyId: body.api_key_id,
    position: body.position,
    weight: body.weight,
    type: body.type,
    messagesPerSecond: body.messages_per_second,
    messagingServiceSid: body.messaging_service_sid,
    isActive: body.is_active,
    friendlyName: body.name,
    caps: body.caps && readCaps(body.caps),
  });
}

function readCaps(given: z.output<typeof operations.Caps>): CapsChange {
  return {
    perSecond: given.per_second,
    newContactsPerHour: given.new_contacts_per_hour,
    newContactsPerDay: given.new_contacts_per_day,
    unanswered: given.unanswered,
  };
}

/** Registers the calls about numbers. */
export function mountNumbers(router: Hono<Edge>): void {
  mount(
    router,
    operations.listManagedNumbers,
    async ({ query, reply }, c) => {
      const filter = given({
        apiKeyId: query.api_key_id,
        accountId: query.integration_id,
        unassigned: query.unassigned,
      });
      const numbers = await listNumbers(c.get("deps").db, filter);
      const keyIds = numbers.map((number) => number.apiKeyId).filter((keyId) => keyId !== null);
      const stats = await readNumberStats(c.get("deps"), [...new Set(keyIds)]);
      return reply(200, { numbers: numbers.map((number) => toManagedNumber(number, stats.get(number.address))) });
    },
    adminGuard,
  );

  mount(
    router,
    operations.updateManagedNumber,
    async ({ params, body, reply }, c) => {
      const changed = await changeNumber(c.get("deps"), params.number, readChange(body));
      if (!changed.ok) return changed;
      const { apiKeyId, address } = changed.value;
      const stats = await readNumberStats(c.get("deps"), apiKeyId === null ? [] : [apiKeyId]);
      return reply(200, toManagedNumber(changed.value, stats.get(address)));
    },
    adminGuard,
  );

  mount(
    router,
    operations.deleteManagedNumber,
    async ({ params, reply }, c) => {
      const released = await releaseNumber(c.get("deps"), params.number);
      if (!released.ok) return released;
      const { deletedAt, webhooksRestored } = released.value;
      return reply(200, { success: true, deleted_at: deletedAt, webhooks_restored: webhooksRestored });
    },
    adminGuard,
  );

  mount(
    router,
    operations.createManagedNumber,
    async ({ body, reply }, c) => {
      const registered = await registerLine(
        c.get("deps"),
        { address: body.phone_number, integrationId: body.integration_id },
        readChange(body),
      );
      return registered.ok ? reply(201, toManagedNumber(registered.value)) : registered;
    },
    adminGuard,
  );
}
