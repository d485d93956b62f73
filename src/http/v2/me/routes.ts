import type { Context, Hono } from "hono";
import type { CapsView, KeyView } from "../../../domain/calls/numbers.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { getMe, listNumbers } from "./contract.ts";

/** Registers what a key may know of itself. */
export function mountMe(router: Hono<Edge>): void {
  mount(
    router,
    getMe,
    async ({ reply }, c) => {
      const view = await readKey(c);
      return view.ok ? reply(200, toMe(view.value, bearerOf(c))) : view;
    },
    apiKeyGuard,
  );

  mount(
    router,
    listNumbers,
    async ({ reply }, c) => {
      const view = await readKey(c);
      if (!view.ok) return view;
      const numbers = view.value.numbers.map((number) => ({
        phone_number: number.phoneNumber,
        is_active: number.isActive,
        last_active: number.lastActiveAt === null ? null : new Date(number.lastActiveAt).toISOString(),
        plan_kind: number.type,
        type: number.type,
        ...(number.caps == null ? {} : { caps: toCaps(number.caps) }),
      }));
      return reply(200, { numbers });
    },
    apiKeyGuard,
  );
}

function toCaps(caps: CapsView) {
  return {
    per_second: caps.perSecond,
    new_contacts_per_hour: caps.newContactsPerHour,
    new_contacts_per_day: caps.newContactsPerDay,
    unanswered: caps.unanswered,
    new_contacts_last_hour: caps.newContactsLastHour,
    new_contacts_last_day: caps.newContactsLastDay,
  };
}

function readKey(c: Context<Edge>) {
  const credential = credentialOf(c);
  return askPool(c.get("deps"), credential.keyId, (pool) => pool.authenticate(credential));
}

/** The contract's answer echoes the key that was sent; it is the caller's own. */
function bearerOf(c: Context<Edge>): string {
  return (c.req.header("Authorization") ?? "").replace(/^Bearer +/i, "");
}

function toMe(view: KeyView, apiKey: string) {
  const { organization } = view;
  return {
    auth_type: "api_key" as const,
    valid: true,
    user_id: null,
    api_key: apiKey,
    organization_id: organization.id,
    organization: {
      organization_id: organization.id,
      name: organization.name,
      country_code: organization.countryCode,
      created_at: organization.createdAt,
    },
    metadata: {},
    integration_details: view.protocol === null ? null : { protocol: view.protocol },
    devices: view.numbers.map((number) => ({
      phone_number: number.phoneNumber,
      is_active: number.isActive,
      last_active: number.lastActiveAt,
      plan_kind: number.type,
      type: number.type,
    })),
    usage: {
      inbound_messages: view.usage.inbound,
      outbound_messages: view.usage.outbound,
      last_message_sent: view.usage.lastSentAt,
    },
    mode: view.mode,
    protocol: view.protocol,
  };
}
