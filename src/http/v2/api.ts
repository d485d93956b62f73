import { Hono } from "hono";
import { readConversationId } from "../../domain/phone.ts";
import { askPool } from "../../flows/ask-pool.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../edge.ts";
import { needFittingDirectory } from "../fitting.ts";
import { mountCampaigns } from "./campaigns/routes.ts";
import { mountChatCalls } from "./chats/line-routes.ts";
import { mountChats } from "./chats/routes.ts";
import { mountContacts } from "./contacts/routes.ts";
import { mountEvents } from "./events/routes.ts";
import { mountGroups } from "./groups/routes.ts";
import { mountMe } from "./me/routes.ts";
import { mountMessages } from "./messages/routes.ts";
import { mountNearby } from "./nearby/routes.ts";
import { mountPhoneNumbers } from "./phone-numbers/routes.ts";
import { mountUnsupported } from "./unsupported.ts";
import { mountWebhooks } from "./webhooks/routes.ts";

export { v2Operations as operations } from "./operations.ts";

/** Returns the router of v2. */
export function makeRouter(): Hono<Edge> {
  const router = new Hono<Edge>();
  // A key's own webhooks are the one thing that v2 writes into the directory.
  router.use("/webhooks/*", needFittingDirectory);
  mountMessages(router);
  mountChats(router);
  mountMe(router);
  mountCampaigns(router);
  mountContacts(router);
  mountPhoneNumbers(router);
  mountWebhooks(router);
  mountEvents(router);
  mountChatCalls(router);
  mountGroups(router);
  mountNearby(router);
  mountUnsupported(router, {
    authenticate: async (c) => {
      const allowed = await apiKeyGuard(c);
      if (!allowed.ok) return allowed;
      const credential = credentialOf(c);
      const key = await askPool(c.get("deps"), credential.keyId, (pool) => pool.authenticate(credential));
      if (key.ok) {
        c.set("homeCountry", key.value.organization.countryCode);
        c.set("holdsLines", key.value.protocol === "blooio");
      }
      return key;
    },
    readChatId: (chatId, c) => readConversationId(chatId, c.get("homeCountry"), c.get("holdsLines")),
    holdsLines: (c) => c.get("holdsLines"),
  });
  return router;
}
