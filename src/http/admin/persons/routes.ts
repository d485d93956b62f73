import type { Hono } from "hono";
import { viewPerson } from "../../../flows/messages/person-view.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { renewViews, toAdminSummary } from "../messages/answers.ts";
import { readPerson } from "./contract.ts";

/** Registers the view of one person over all keys of an organization. */
export function mountPersons(router: Hono<Edge>): void {
  mount(
    router,
    readPerson,
    async ({ params, query, reply }, c) => {
      const deps = c.get("deps");
      const asked = { contact: params.contactId, limit: query.limit };
      const found = await viewPerson(deps, params.organizationId, asked);
      if (!found.ok) return found;
      const { chatId, contact, keys, messages, keysLeftOut } = found.value;
      const views = await renewViews(deps, messages);
      return reply(200, {
        contact: chatId,
        name: contact?.name ?? null,
        keys: keys.map(({ id, name, mode, protocol, messages: count, lastAt }) => ({
          api_key_id: id,
          name,
          mode,
          protocol,
          messages: count,
          last_message_time: lastAt,
        })),
        messages: views.map((view, index) => ({
          ...toAdminSummary(view),
          api_key_id: messages[index]?.keyId ?? "",
        })),
        keys_left_out: keysLeftOut,
      });
    },
    adminGuard,
  );
}
