import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { call } from "../api.ts";

/** Every API key, without its token. */
export const keysQuery = queryOptions({
  queryKey: ["keys"],
  queryFn: () => call("listApiKeys", { query: { limit: 200 } }),
});

/** Reads every API key. */
export function useKeys() {
  return useQuery(keysQuery);
}

/** Returns what says that a key was made, changed, given a number or taken one: lists, its pool and the standing are read again. */
export function useKeysChanged() {
  const cache = useQueryClient();
  return () =>
    Promise.all([["keys"], ["numbers"], ["pool"], ["status"]].map((queryKey) => cache.invalidateQueries({ queryKey })));
}
