import type { Hono } from "hono";
import { fail } from "../../domain/failure.ts";
import { apiKeyGuard, type Edge } from "../edge.ts";
import { failureResponse } from "../errors.ts";
import { fullPath, type Operation } from "../operation.ts";
import { askOwn } from "./ask.ts";

/** The contract's calls that are not served, by path; a method where others of its path are. */
const unserved = [
  "/me/priority",
  "/me/numbers/{}/contact-card",
  "/me/numbers/{}/contact-card/avatar",
  "/me/numbers/{}/call-forwarding",
  "/channels/{}/profile",
  "/priorities",
  "/priorities/{}",
  "/contacts/{}/merge",
  "/contacts/{}/identities",
  "/contacts/{}/identities/{}",
  "/contacts/{}/capabilities",
  "/contacts/{}/timeline",
  "/groups",
  "/groups/{}",
  "/groups/{}/members",
  "/groups/{}/icon",
  "POST /chats",
  "PATCH /chats/{}",
  "/chats/{}/typing",
  "/chats/{}/read",
  "/chats/{}/contact-card",
  "/chats/{}/background",
  "/chats/{}/polls",
  "/chats/{}/polls/{}",
  "/chats/{}/polls/{}/vote",
  "/chats/{}/participants",
  "/chats/{}/messages/{}/reactions",
  "/location/contacts",
  "/location/contacts/{}",
  "/attachments",
  "/attachments/{}",
  "/templates",
  "/templates/{}",
].map((call) => {
  const [path = "", method = null] = call.split(" ").toReversed();
  return { method, pattern: new RegExp(`^/v4${path.replaceAll("{}", "[^/]+")}$`) };
});

/** Answers the calls of the contract that are not served, to whoever has a key: 501 with what is. To be registered behind those that are. */
export function mountUnserved(router: Hono<Edge>, operations: readonly Operation[]): void {
  const served = operations.map((operation) => `${operation.method.toUpperCase()} ${fullPath(operation)}`);
  router.all("*", async (c, next) => {
    const { method, path } = c.req;
    if (!unserved.some((call) => (call.method ?? method) === method && call.pattern.test(path))) return next();
    const allowed = await apiKeyGuard(c);
    if (!allowed.ok) return failureResponse(c, allowed.failure);
    const key = await askOwn(c, (pool, credential) => pool.authenticate(credential));
    return failureResponse(c, key.ok ? fail("not_implemented", undefined, { served }).failure : key.failure);
  });
}
