import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { type Answer, call } from "../api.ts";

export type Chat = Answer<"listKeyChats">["chats"][number];

const pageSize = 50;
const refreshMs = 5_000;

/** Reads a key's conversations, the latest first; again and again while only the newest of them are shown. */
export function useChats(apiKeyId: string, q: string) {
  return useInfiniteQuery({
    queryKey: ["chats", apiKeyId, q],
    queryFn: ({ pageParam: offset }) =>
      call("listKeyChats", {
        params: { apiKeyId },
        query: { limit: pageSize, offset, ...(q === "" ? {} : { q }) },
      }),
    initialPageParam: 0,
    getNextPageParam: ({ pagination: { offset, total } }) =>
      offset + pageSize < total ? offset + pageSize : undefined,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 1) === 1 ? refreshMs : false),
  });
}

/** Says whether a conversation is a group's, by its id. */
export function isGroup(chat: string): boolean {
  return chat.startsWith("grp_");
}

/** Reads a group of a key: its name and how many are in it. */
export function useGroup(apiKeyId: string, chat: string) {
  return useQuery({
    enabled: isGroup(chat),
    queryKey: ["chats", apiKeyId, "group", chat],
    queryFn: () => call("listKeyChats", { params: { apiKeyId }, query: { limit: 1, q: chat } }),
    select: ({ chats }) => chats.find(({ id }) => id === chat),
    refetchInterval: refreshMs,
  });
}

const personMs = 10_000;

export type Person = Answer<"readPerson">;

/** Reads a person as all keys of an organization know them. */
export function usePerson(organizationId: string, contact: string, isKnown: boolean) {
  return useQuery({
    enabled: isKnown,
    queryKey: ["person", organizationId, contact],
    queryFn: () => call("readPerson", { params: { organizationId, contactId: contact } }),
    refetchInterval: personMs,
  });
}

const drafts = new Map<string, string>();

/** Returns what was written to somebody and not sent yet. It lives as long as this tab, in no storage. */
export function readDraft(apiKeyId: string, chat: string): string {
  return drafts.get(`${apiKeyId} ${chat}`) ?? "";
}

/** Keeps what was written to somebody until it is sent. */
export function keepDraft(apiKeyId: string, chat: string, text: string): void {
  if (text === "") drafts.delete(`${apiKeyId} ${chat}`);
  else drafts.set(`${apiKeyId} ${chat}`, text);
}

/** Forgets everything that was written and not sent. */
export function forgetDrafts(): void {
  drafts.clear();
}
