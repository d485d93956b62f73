import type { Hono } from "hono";
import type { Edge } from "../edge.ts";
import type { Operation } from "../operation.ts";
import { mountV4Channels } from "./channels/routes.ts";
import { mountV4Chats } from "./chats/routes.ts";
import { mountV4Contacts } from "./contacts/routes.ts";
import { mountV4Events } from "./events/routes.ts";
import { keyFirst } from "./key-first.ts";
import { mountV4Me } from "./me/routes.ts";
import { mountV4Messages } from "./messages/routes.ts";
import { mountV4PhoneNumbers } from "./phone-numbers/routes.ts";
import { mountUnserved } from "./unserved.ts";
import { mountV4Webhooks } from "./webhooks/routes.ts";

/** Registers every call of v4; `operations` are those that there are. */
export function mountV4(router: Hono<Edge>, operations: readonly Operation[]): void {
  router.use(keyFirst);
  mountV4Messages(router);
  mountV4Me(router);
  mountV4Channels(router);
  mountV4Chats(router);
  mountV4Contacts(router);
  mountV4Webhooks(router);
  mountV4Events(router);
  mountV4PhoneNumbers(router);
  mountUnserved(router, operations);
}
