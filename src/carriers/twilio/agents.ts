import * as z from "zod";
import type { CarrierResult } from "../carrier.ts";
import type { CarrierAgent, Login } from "./account.ts";
import { call, readAnswer, type Wire } from "./call.ts";

const sender = z.object({
  sender_id: z.string().nullish(),
  webhook: z.object({ callback_url: z.string().nullish() }).nullish(),
  profile: z.object({ name: z.string().nullish() }).nullish(),
});
const senderPage = z.object({ senders: z.array(sender) });
const maxBytes = 4 * 1024 * 1024;

/** Returns the account's RCS agents, the first hundred. Source: GET messaging.twilio.com/v2/Channels/Senders?Channel=rcs (twilio-oai, twilio_messaging_v2). */
export async function listAgents(wire: Wire, login: Login): Promise<CarrierResult<CarrierAgent[]>> {
  const path = "/v2/Channels/Senders?Channel=rcs&PageSize=100";
  const read = readAnswer(await call(wire, login, { path, maxBytes, product: "messaging" }), senderPage);
  if (!read.ok) return read;
  const agents = read.value.senders.flatMap(({ sender_id: address, webhook, profile }) => {
    if (address?.startsWith("rcs:") !== true) return [];
    return [{ address, name: profile?.name || address, callbackUrl: webhook?.callback_url ?? "" }];
  });
  return { ok: true, value: agents };
}
