import type { Context, Hono } from "hono";
import { failAmbiguous, readChannelId } from "../../../domain/channel-ids.ts";
import { fail, ok } from "../../../domain/failure.ts";
import { readPhoneNumber } from "../../../domain/phone.ts";
import { apiKeyGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { toChannel } from "../answers.ts";
import { askChannels } from "../ask.ts";
import { readOffset, writeCursor } from "../cursor.ts";
import { toPage } from "../shapes.ts";
import { getV4Channel, getV4ChannelCapabilities, listV4Channels } from "./contract.ts";

/** Registers a key's channels: its pool's numbers under ids that stay. */
export function mountV4Channels(router: Hono<Edge>): void {
  mount(
    router,
    listV4Channels,
    async ({ query, reply }, c) => {
      const offset = readOffset(query.cursor);
      if (!offset.ok) return offset;
      const found = await askChannels(c, { kind: "channels" });
      if (!found.ok) return found;
      const { channels, lines } = found.value;
      const fitting = channels
        .map((channel) => toChannel(channel, lines))
        .filter(({ type, status }) => type === (query.type ?? type) && status === (query.status ?? status));
      const end = offset.value + query.limit;
      return reply(200, toPage(fitting.slice(offset.value, end), writeCursor(end < fitting.length ? end : null)));
    },
    apiKeyGuard,
  );
  mount(
    router,
    getV4Channel,
    async ({ params, reply }, c) => {
      const found = await readChannel(c, params.channel);
      return found.ok ? reply(200, { data: found.value }) : found;
    },
    apiKeyGuard,
  );
  mount(
    router,
    getV4ChannelCapabilities,
    async ({ params, reply }, c) => {
      const found = await readChannel(c, params.channel);
      if (!found.ok) return found;
      const { id, type, capabilities } = found.value;
      return reply(200, { data: { channel_id: id, type, capabilities } });
    },
    apiKeyGuard,
  );
}

async function readChannel(c: Context<Edge>, named: string) {
  const found = await askChannels(c, { kind: "channels" });
  if (!found.ok) return found;
  const { channels, lines } = found.value;
  const own = readChannelId(named);
  const address = own ?? addressOf(named);
  const fitting = channels.filter(
    (one) => one.address === address || (own === null && one.address === `whatsapp:${address}`),
  );
  const [channel, ...more] = fitting;
  if (more.length > 0) return failAmbiguous(address);
  return channel === undefined ? fail("not_found", "Channel not found.") : ok(toChannel(channel, lines));
}

/** A line may be an e-mail address, and an agent has a name. */
function addressOf(named: string): string {
  const read = readPhoneNumber(named, null, true);
  return read.ok ? read.value.address : named;
}
