import type { Hono } from "hono";
import { composeInbound } from "../../../flows/messages/compose-inbound.ts";
import { tryMessage } from "../../../flows/messages/try-message.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { toAdminMessage } from "../messages/answers.ts";
import * as operations from "./contract.ts";

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
