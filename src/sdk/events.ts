import { type Answer, type Ask, type CallOptions, pause } from "./transport.ts";
import type { WebhookEvent } from "./verify-webhook.ts";
import type { Calls } from "./wire.ts";

export type FollowOptions = CallOptions & {
  /** The `event_id` after which to begin; `latest`, the default, begins with what happens from now on. */
  after?: string;
  /** How often to look while nothing happens, in milliseconds; 1,000 unless told otherwise. */
  everyMs?: number;
};

/** What happened, in order: the pull side of webhooks. */
export class Events {
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  /** Returns one page of events, and where to go on. */
  list(query: Calls["listEvents"]["query"] = {}, options?: CallOptions): Promise<Answer<"listEvents">> {
    return this.#ask("listEvents", { query }, options);
  }

  /**
   * Yields every event from a cursor on, in order, and goes on for ever, until `signal` ends it or the loop is left. Keep the last `event_id` and give it
   * as `after` to go on after a restart. An outage throws once the repeats of a look are used up; following again from the same cursor misses nothing.
   */
  async *follow(options: FollowOptions = {}): AsyncGenerator<WebhookEvent & { event_id: string }> {
    const { after: begin = "latest", everyMs = 1_000, ...call } = options;
    let after: string | undefined = begin;
    while (call.signal?.aborted !== true) {
      const page: Answer<"listEvents"> = await this.#look(after, call);
      for (const event of page.events) {
        yield event as WebhookEvent & { event_id: string };
        if (call.signal?.aborted) return;
      }
      // A pool in which nothing ever happened has no cursor: then everything that comes is new.
      after = page.next_after ?? (after === "latest" ? undefined : after);
      if (page.events.length === 0) await pause(everyMs, call.signal).catch(() => {});
    }
  }

  /** An empty page where the signal ended the look. */
  async #look(after: string | undefined, call: CallOptions): Promise<Answer<"listEvents">> {
    try {
      return await this.list({ limit: 200, ...(after === undefined ? {} : { after }) }, call);
    } catch (error) {
      if (call.signal?.aborted) return { events: [], next_after: null };
      throw error;
    }
  }
}
