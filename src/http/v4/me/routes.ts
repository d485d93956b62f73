import type { Hono } from "hono";
import { channelTypeOf } from "../../../domain/channel-event.ts";
import { channelId, priorityId } from "../../../domain/channel-ids.ts";
import { apiKeyGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { askChannels, askOwn } from "../ask.ts";
import { getV4Me, listV4Numbers } from "./contract.ts";

/** Registers what a key may know of itself by v4. */
export function mountV4Me(router: Hono<Edge>): void {
  mount(
    router,
    getV4Me,
    async ({ reply }, c) => {
      const key = await askOwn(c, (pool, credential) => pool.authenticate(credential));
      if (!key.ok) return key;
      const { keyId, name, mode, protocol, organization, usage } = key.value;
      const { id, countryCode, createdAt } = organization;
      const data = {
        api_key_id: keyId,
        api_key_name: name,
        priority_id: priorityId(keyId),
        mode,
        protocol,
        organization_id: id,
        organization: {
          organization_id: id,
          name: organization.name,
          country_code: countryCode,
          created_at: createdAt,
        },
        usage: {
          inbound_messages: usage.inbound,
          outbound_messages: usage.outbound,
          last_message_sent: usage.lastSentAt,
        },
      };
      return reply(200, { data });
    },
    apiKeyGuard,
  );
  mount(
    router,
    listV4Numbers,
    async ({ reply }, c) => {
      const found = await askChannels(c, { kind: "channels" });
      if (!found.ok) return found;
      const { channels, lines } = found.value;
      const data = channels.map(({ address, isActive, lastActiveAt, type }) => ({
        phone_number: address,
        channel_id: channelId(address),
        channel_type: channelTypeOf(address, lines),
        is_active: isActive,
        last_active: lastActiveAt,
        type,
      }));
      return reply(200, { data });
    },
    apiKeyGuard,
  );
}
