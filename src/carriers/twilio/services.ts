import * as z from "zod";
import type { CarrierResult } from "../carrier.ts";
import type { Login } from "./account.ts";
import { call, readAnswer, type Wire } from "./call.ts";
import { defaultApiUrl } from "./host.ts";

const service = z.object({
  sid: z.string(),
  friendly_name: z.string().catch(""),
  use_inbound_webhook_on_number: z.boolean(),
});
const servicePage = z.object({ services: z.array(service) });
const memberPage = z.object({ phone_numbers: z.array(z.object({ sid: z.string() })) });
const maxBytes = 4 * 1024 * 1024;
/** A service holds 400 numbers unless Twilio raised that; an account with more services than this is told less, never wrongly. */
const pageSizes = { services: 100, members: 400 };

/**
 * Returns the numbers (by their ids) whose Messaging Service takes inbound messages for itself, with the service's name: what is written to them never
 * reaches the number's own webhook. A stand-in for Twilio has no such API: there the answer is empty. Source: twilio.com/docs/messaging/services/api.
 */
export async function findSwallowed(wire: Wire, login: Login): Promise<CarrierResult<Map<string, string>>> {
  const swallowed = new Map<string, string>();
  if (wire.apiUrl.replace(/\/+$/, "") !== defaultApiUrl) return { ok: true, value: swallowed };
  const path = `/v1/Services?PageSize=${pageSizes.services}`;
  const listed = readAnswer(await call(wire, login, { path, maxBytes, product: "messaging" }), servicePage);
  if (!listed.ok) return listed;
  for (const { sid, friendly_name: name } of listed.value.services.filter(
    (one) => !one.use_inbound_webhook_on_number,
  )) {
    const members = `/v1/Services/${encodeURIComponent(sid)}/PhoneNumbers?PageSize=${pageSizes.members}`;
    const read = readAnswer(await call(wire, login, { path: members, maxBytes, product: "messaging" }), memberPage);
    if (!read.ok) return read;
    for (const number of read.value.phone_numbers) swallowed.set(number.sid, name === "" ? sid : name);
  }
  return { ok: true, value: swallowed };
}
