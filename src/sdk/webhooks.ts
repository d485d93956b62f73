import type { Answer, Ask, CallOptions } from "./transport.ts";
import type { Calls } from "./wire.ts";

/** Where the key's events go. */
export class Webhooks {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Lists the webhooks. */
  list(options?: CallOptions): Promise<Answer<"listWebhooks">> {
    return this.#ask("listWebhooks", {}, options);
  }

  /** Makes a webhook. The answer shows its `signing_secret` this once; a URL that has one already is answered with it, without the secret. */
  create(webhook: Calls["createWebhook"]["body"], options?: CallOptions): Promise<Answer<"createWebhook">> {
    return this.#ask("createWebhook", { body: webhook }, options);
  }

  /** Returns a webhook. */
  get(webhookId: string, options?: CallOptions): Promise<Answer<"getWebhook">> {
    return this.#ask("getWebhook", { params: { webhookId } }, options);
  }

  /** Changes a webhook: `deprecate: true` pauses it, `false` resumes it. */
  update(
    webhookId: string,
    change: Calls["updateWebhook"]["body"],
    options?: CallOptions,
  ): Promise<Answer<"updateWebhook">> {
    return this.#ask("updateWebhook", { params: { webhookId }, body: change }, options);
  }

  /** Removes a webhook, and what it is still owed. */
  delete(webhookId: string, options?: CallOptions): Promise<Answer<"deleteWebhook">> {
    return this.#ask("deleteWebhook", { params: { webhookId } }, options);
  }

  /** Returns a new secret; the old one signs beside it for `overlap_seconds`. */
  rotateSecret(
    webhookId: string,
    rotation: NonNullable<Calls["rotateWebhookSecret"]["body"]> = {},
    options?: CallOptions,
  ): Promise<Answer<"rotateWebhookSecret">> {
    return this.#ask("rotateWebhookSecret", { params: { webhookId }, body: rotation }, options);
  }

  /** Returns the attempts of the last 30 days, one page of them. */
  logs(
    webhookId: string,
    query: Calls["listWebhookLogs"]["query"] = {},
    options?: CallOptions,
  ): Promise<Answer<"listWebhookLogs">> {
    return this.#ask("listWebhookLogs", { params: { webhookId }, query }, options);
  }

  /** Sends again what the receiver has not got since a time; `next_since` of the answer is where to go on. */
  replay(
    webhookId: string,
    range: NonNullable<Calls["replayWebhookEvents"]["body"]>,
    options?: CallOptions,
  ): Promise<Answer<"replayWebhookEvents">> {
    return this.#ask("replayWebhookEvents", { params: { webhookId }, body: range }, options);
  }
}
