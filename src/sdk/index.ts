export { Trunkline } from "./client.ts";
export { TrunklineError } from "./error.ts";
export type { FollowOptions } from "./events.ts";
export type { MessageRef, SendOptions } from "./messages.ts";
export type { List } from "./pages.ts";
export type { Answer, CallName, CallOptions, TrunklineOptions } from "./transport.ts";
export { verifyWebhook, type WebhookEvent } from "./verify-webhook.ts";
export type * from "./wire.ts";
