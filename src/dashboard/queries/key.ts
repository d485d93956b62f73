import { keepPreviousData, useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { type Answer, call, type Given } from "../api.ts";
import { useKeysChanged } from "./keys.ts";

export type Key = Answer<"getApiKey">;
export type KeyStatusWish = "living" | "active" | "paused" | "revoked" | "all";

/** Each key of a page is asked of its own pool, so a page is short. */
const keysPerPage = 25;
const listRefreshMs = 30_000;

/** Reads the keys that match, page by page: part of a name, and a status. */
export function useKeySearch(q: string, status: KeyStatusWish) {
  return useInfiniteQuery({
    queryKey: ["keys", "search", q, status],
    queryFn: ({ pageParam }) =>
      call("listApiKeys", {
        query: { limit: keysPerPage, offset: pageParam, q, ...(status === "all" ? {} : { status }) },
      }),
    initialPageParam: 0,
    getNextPageParam: ({ pagination: { offset, total }, api_keys }) =>
      offset + api_keys.length < total && api_keys.length > 0 ? offset + api_keys.length : null,
    placeholderData: keepPreviousData,
    refetchInterval: listRefreshMs,
  });
}

/** Reads one key. */
export function useKey(apiKeyId: string) {
  return useQuery({ queryKey: ["keys", apiKeyId], queryFn: () => call("getApiKey", { params: { apiKeyId } }) });
}

/** Changes a key. */
export function useChangeKey(apiKeyId: string) {
  return useMutation({
    mutationFn: (body: Given<"updateApiKey">["body"]) => call("updateApiKey", { params: { apiKeyId }, body }),
    onSettled: useKeysChanged(),
  });
}

/** Gives a key a new token; the answer holds it, and nothing keeps it but the window that shows it. */
export function useRotateKey(apiKeyId: string) {
  return useMutation({
    mutationFn: (overlap_seconds: number) => call("rotateApiKey", { params: { apiKeyId }, body: { overlap_seconds } }),
    onSettled: useKeysChanged(),
    gcTime: 0,
  });
}

/** Ends a key for good. */
export function useRevokeKey(apiKeyId: string) {
  return useMutation({
    mutationFn: () => call("revokeApiKey", { params: { apiKeyId } }),
    onSettled: useKeysChanged(),
  });
}

/** Reads the organizations, for what belongs to one of them. */
export function useOrganizations() {
  return useQuery({
    queryKey: ["organizations"],
    queryFn: () => call("listOrganizations", { query: { limit: 200 } }),
  });
}
