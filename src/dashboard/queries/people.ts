import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, call, type Given } from "../api.ts";

export type Contact = Answer<"listKeyContacts">["contacts"][number];
export type Assignment = Answer<"listAssignments">["assignments"][number];
export type OptOut = Answer<"listOptOuts">["opt_outs"][number];

const perPage = 50;
type Page = { pagination: { offset: number; total: number } };

/** Returns where the next page begins, or null after the last. */
function nextOffset({ pagination: { offset, total } }: Page, count: number): number | null {
  return count > 0 && offset + count < total ? offset + count : null;
}

/** Reads the contacts of a key that match a part of a name or of a number, page by page. */
export function useContacts(apiKeyId: string, q: string) {
  return useInfiniteQuery({
    queryKey: ["people", apiKeyId, "contacts", q],
    queryFn: ({ pageParam: offset }) =>
      call("listKeyContacts", { params: { apiKeyId }, query: { limit: perPage, offset, q } }),
    initialPageParam: 0,
    getNextPageParam: (page) => nextOffset(page, page.contacts.length),
    placeholderData: keepPreviousData,
  });
}

/** Reads who is tied to which number, page by page, or one contact's tie. */
export function useAssignments(apiKeyId: string, contact: string) {
  return useInfiniteQuery({
    queryKey: ["people", apiKeyId, "assignments", contact],
    queryFn: ({ pageParam: offset }) =>
      call("listAssignments", { params: { apiKeyId }, query: { limit: perPage, offset, contact } }),
    initialPageParam: 0,
    getNextPageParam: (page) => nextOffset(page, page.assignments.length),
    placeholderData: keepPreviousData,
  });
}

/** Reads who opted out, page by page, or whether one contact did. */
export function useOptOuts(apiKeyId: string, contact: string) {
  return useInfiniteQuery({
    queryKey: ["people", apiKeyId, "opt-outs", contact],
    queryFn: ({ pageParam: offset }) =>
      call("listOptOuts", { params: { apiKeyId }, query: { limit: perPage, offset, contact } }),
    initialPageParam: 0,
    getNextPageParam: (page) => nextOffset(page, page.opt_outs.length),
    placeholderData: keepPreviousData,
  });
}

/** Reads the newest of what a contact agreed to. */
export function useOptIns(apiKeyId: string, contactId: string) {
  return useQuery({
    queryKey: ["people", apiKeyId, "opt-ins", contactId],
    queryFn: () => call("listKeyContactOptIns", { params: { apiKeyId, contactId }, query: { limit: perPage } }),
  });
}

/** Writes down that a contact agreed. */
export function useAddOptIn(apiKeyId: string, contactId: string) {
  return useMutation({
    mutationFn: (body: Given<"addKeyContactOptIn">["body"]) =>
      call("addKeyContactOptIn", { params: { apiKeyId, contactId }, body }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Returns what says that something about a key's people was changed: their lists are read again. */
export function usePeopleChanged(apiKeyId: string) {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: ["people", apiKeyId] });
}

/** Makes a contact, with tags where some were given. */
export function useCreateContact(apiKeyId: string) {
  return useMutation({
    mutationFn: async ({ identifier, name, tags }: { identifier: string; name: string | null; tags: string[] }) => {
      const contact = await call("createKeyContact", { params: { apiKeyId }, body: { identifier, name } });
      if (tags.length > 0) {
        const params = { apiKeyId, contactId: contact.identifier };
        await call("addKeyContactTags", { params, body: { tags } });
      }
      return contact;
    },
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Renames a contact; null clears the name. */
export function useRenameContact(apiKeyId: string, contactId: string) {
  return useMutation({
    mutationFn: (name: string | null) => call("updateKeyContact", { params: { apiKeyId, contactId }, body: { name } }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Sets the time zone that a contact's quiet hours go by; null: that of its number. */
export function usePlaceContact(apiKeyId: string, contactId: string) {
  return useMutation({
    mutationFn: (time_zone: string | null) =>
      call("updateKeyContact", { params: { apiKeyId, contactId }, body: { time_zone } }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Forgets a contact's name and tags until it is heard of again. */
export function useDeleteContact(apiKeyId: string, contactId: string) {
  return useMutation({
    mutationFn: () => call("deleteKeyContact", { params: { apiKeyId, contactId } }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Gives a contact tags. */
export function useAddTags(apiKeyId: string, contactId: string) {
  return useMutation({
    mutationFn: (tags: string[]) => call("addKeyContactTags", { params: { apiKeyId, contactId }, body: { tags } }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Takes a tag from a contact. */
export function useRemoveTag(apiKeyId: string, contactId: string) {
  return useMutation({
    mutationFn: (tag: string) => call("removeKeyContactTag", { params: { apiKeyId, contactId, tag } }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Ties a contact to a number of the pool. */
export function useSetAssignment(apiKeyId: string) {
  return useMutation({
    mutationFn: (wish: { contact: string; phone_number: string }) =>
      call("setAssignment", { params: { apiKeyId }, body: wish }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Unties a contact: the pool chooses anew. */
export function useResetAssignment(apiKeyId: string) {
  return useMutation({
    mutationFn: (contact: string) => call("resetAssignment", { params: { apiKeyId }, query: { contact } }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Opts a contact out of everything that the key sends. */
export function useAddOptOut(apiKeyId: string) {
  return useMutation({
    mutationFn: (contact: string) => call("addOptOut", { params: { apiKeyId }, body: { contact } }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}

/** Takes a contact off the opt-out list. */
export function useLiftOptOut(apiKeyId: string) {
  return useMutation({
    mutationFn: (contact: string) => call("removeOptOut", { params: { apiKeyId }, query: { contact } }),
    onSettled: usePeopleChanged(apiKeyId),
  });
}
