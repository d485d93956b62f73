import type { Hono } from "hono";
import type * as z from "zod";
import type { MessageView } from "../../../domain/pool-calls.ts";
import { composeInbound } from "../../../flows/messages/compose-inbound.ts";
import { tryMessage } from "../../../flows/messages/try-message.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { toMessageDetail } from "../../v2/messages/answers.ts";
import { toCandidates } from "../pools/routes.ts";
import * as operations from "./contract.ts";

/** Returns a message with what only its operator may know: the carrier's id, the state inside, and why its sender was chosen. */
export function toAdminMessage(view: MessageView): z.output<typeof operations.AdminMessage> {
  const { providerId, status, trace, carrierDetail } = view.message;
  return {
    ...toMessageDetail(view),
    provider_id: providerId,
    internal_status: status,
    carrier_detail: carrierDetail,
    trace:
      trace === null ? null : { reason: trace.reason, considered: toCandidates(trace.considered), note: trace.note },
  };
}

/** Registers the calls by which a person tries the gateway out. */
export function mountTrying(router: Hono<Edge>): void {
  mount(
    router,
    operations.sendTestMessage,
    async ({ params, body, reply }, c) => {
      const test = { to: body.to, text: body.text ?? "Trunkline test message", fromNumber: body.from_number ?? null };
      const tried = await tryMessage(c.get("deps"), params.apiKeyId, test);
      return tried.ok ? reply(200, toAdminMessage(tried.value)) : tried;
    },
    adminGuard,
  );

  mount(
    router,
    operations.composeSandboxInbound,
    async ({ body, reply }, c) => {
      const composed = await composeInbound(c.get("deps"), { ...body, media: body.media ?? [] });
      return composed.ok ? reply(200, { success: true, message_sid: composed.value.messageSid }) : composed;
    },
    adminGuard,
  );
}
