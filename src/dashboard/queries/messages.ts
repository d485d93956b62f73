import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, call } from "../api.ts";
import { type Filters, toQuery } from "./message-filters.ts";
import { type FoundList, isMoving, joinTail, tailCursor } from "./tail.ts";

export type FoundMessage = Answer<"searchKeyMessages">["messages"][number];
export type MessageStory = Answer<"readAdminMessage">;
type MessageList = FoundList<FoundMessage>;

const soonMs = 2_000;
const laterMs = 10_000;
const stillMs = 5_000;
const tailLimit = 200;
/** More than so many answers at once are no tail any more: the newest page takes the list's place. */
const tailAnswers = 3;

const listKey = (apiKeyId: string, filters: Filters) => ["messages", apiKeyId, filters] as const;

/** Reads a key's messages that match, newest first. A live list asks again, every `restMs` while nothing moves, and only for what is new or may have changed since. */
export function useMessages(apiKeyId: string, filters: Filters, isLive: boolean, restMs = stillMs) {
  const cache = useQueryClient();
  const queryKey = listKey(apiKeyId, filters);
  return useQuery({
    queryKey,
    queryFn: () => refresh(apiKeyId, filters, () => cache.getQueryData<MessageList>(queryKey)),
    refetchOnWindowFocus: isLive,
    refetchInterval: ({ state }) => {
      if (!isLive) return false;
      return state.data?.messages.some((message) => isMoving(message, Date.now())) ? soonMs : restMs;
    },
  });
}

/** Goes on with a list where it ends. */
export function useOlderMessages(apiKeyId: string, filters: Filters) {
  const cache = useQueryClient();
  const queryKey = listKey(apiKeyId, filters);
  return useMutation({
    mutationFn: async () => {
      const before = cache.getQueryData<MessageList>(queryKey)?.nextBefore;
      if (before == null) return;
      const page = await search(apiKeyId, filters, { before });
      cache.setQueryData<MessageList>(
        queryKey,
        (list) =>
          list && {
            ...list,
            messages: [...list.messages, ...page.messages],
            nextBefore: page.next_before,
            searchedUntil: page.searched_until,
          },
      );
    },
  });
}

/** Reads one message with its whole life, and again while something of it may still change. */
export function useMessageStory(apiKeyId: string, messageId: string) {
  return useQuery({
    queryKey: ["message", apiKeyId, messageId],
    queryFn: () => call("readAdminMessage", { params: { apiKeyId, messageId } }),
    refetchInterval: ({ state }) => (state.data !== undefined && isUnfinished(state.data) ? soonMs : laterMs),
  });
}

/** Cancels a message that has not left; its life and every list that shows it are read again. */
export function useCancelMessage(apiKeyId: string) {
  const changed = useMessagesChanged(apiKeyId);
  return useMutation({
    mutationFn: (messageId: string) => call("cancelKeyMessage", { params: { apiKeyId, messageId } }),
    onSettled: changed,
  });
}

/** Returns what says that a key's messages have changed. */
export function useMessagesChanged(apiKeyId: string) {
  const cache = useQueryClient();
  return () =>
    Promise.all(
      ["messages", "message", "chats", "preview", "status"].map((subject) =>
        cache.invalidateQueries({ queryKey: subject === "status" ? [subject] : [subject, apiKeyId] }),
      ),
    );
}

function isUnfinished(story: MessageStory): boolean {
  const isTold = story.timeline.every(({ attempts }) => (attempts ?? []).every(({ state }) => state !== "waiting"));
  return isMoving(story, Date.now()) || !isTold;
}

async function refresh(apiKeyId: string, filters: Filters, known: () => MessageList | undefined): Promise<MessageList> {
  const list = known();
  const after = list === undefined ? null : tailCursor(list, Date.now());
  const tail = after === null ? null : await readTail(apiKeyId, filters, after);
  // Older ones may have been read meanwhile.
  const now = known();
  if (now === undefined || after === null || tail === null) {
    const page = await search(apiKeyId, filters, {});
    return {
      messages: page.messages,
      nextBefore: page.next_before,
      searchedUntil: page.searched_until,
      nextAfter: page.next_after,
    };
  }
  return { ...now, messages: joinTail(now.messages, after, tail.messages), nextAfter: tail.nextAfter };
}

/** Returns everything after a cursor, newest first; null where that is too much. */
async function readTail(apiKeyId: string, filters: Filters, after: string) {
  const first = await search(apiKeyId, filters, { after, limit: tailLimit });
  const messages = [...first.messages];
  let before = first.next_before;
  for (let answers = 1; before !== null; answers += 1) {
    if (answers === tailAnswers) return null;
    const page = await search(apiKeyId, filters, { after, before, limit: tailLimit });
    messages.push(...page.messages);
    before = page.next_before;
  }
  return { messages, nextAfter: first.next_after };
}

function search(apiKeyId: string, filters: Filters, range: { before?: string; after?: string; limit?: number }) {
  return call("searchKeyMessages", { params: { apiKeyId }, query: { ...toQuery(filters), ...range } });
}
