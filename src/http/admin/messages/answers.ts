import type * as z from "zod";
import type { FoundMessages, MessageStory, MessageView, StoryAttempt } from "../../../domain/calls/reading.ts";
import type { Deps } from "../../../flows/deps.ts";
import { renewLinks } from "../../../flows/links-and-media/media-url.ts";
import { toMessageDetail } from "../../v2/messages/answers.ts";
import { toCandidates } from "../pools/answers.ts";
import type * as schemas from "./schemas.ts";

/** Returns a message with what only its operator may know: the carrier's id, the state inside, and why its sender was chosen. */
export function toAdminMessage(view: MessageView): z.output<typeof schemas.AdminMessage> {
  const { trace, carrierDetail } = view.message;
  return {
    ...toAdminSummary(view),
    carrier_detail: carrierDetail,
    trace:
      trace === null ? null : { reason: trace.reason, considered: toCandidates(trace.considered), note: trace.note },
  };
}

/** Returns a message with everything that happened to it. */
export function toMessageStory(story: MessageStory): z.output<typeof schemas.MessageStory> {
  const timeline = story.timeline.map(({ at, kind, words, eventId, attempts }) => ({
    at,
    kind,
    words,
    ...(eventId === null ? {} : { event_id: eventId, attempts: attempts.map(toAttempt) }),
  }));
  return { ...toAdminMessage(story), timeline, next: story.next };
}

function toAttempt({ webhookId, durationMs, ...attempt }: StoryAttempt) {
  return { webhook_id: webhookId, ...attempt, duration_ms: durationMs };
}

/** Returns a message as its operator finds it in a list. */
export function toAdminSummary(view: MessageView): z.output<typeof schemas.AdminMessageSummary> {
  const { providerId, status } = view.message;
  return { ...toMessageDetail(view), provider_id: providerId, internal_status: status };
}

/** Returns messages whose links to inbound files open again. */
export function renewViews<V extends MessageView>(deps: Deps, views: readonly V[]): Promise<V[]> {
  return Promise.all(views.map(async (view) => ({ ...view, message: await renewLinks(deps, view.message) })));
}

/** Returns what a search found. */
export async function toFoundMessages(
  deps: Deps,
  found: FoundMessages,
): Promise<z.output<typeof schemas.FoundMessages>> {
  return {
    messages: (await renewViews(deps, found.messages)).map(toAdminSummary),
    next_before: found.nextBefore,
    searched_until: found.searchedUntil,
    next_after: found.nextAfter,
  };
}
