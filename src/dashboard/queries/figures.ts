import { useQueries } from "@tanstack/react-query";
import { call } from "../api.ts";
import { addUp } from "./add-up.ts";

/** A page asks each key's own pool, so only so many at once. */
export const keysAtMost = 20;
const refreshMs = 60_000;

/** Reads what the given keys carried in the last days, as one: by day, and by number over all of them. */
export function useFigures(apiKeyIds: readonly string[], days: number) {
  return useQueries({
    queries: apiKeyIds.slice(0, keysAtMost).map((apiKeyId) => ({
      queryKey: ["figures", apiKeyId, days],
      queryFn: () => call("readKeyStats", { params: { apiKeyId }, query: { days } }),
      refetchInterval: refreshMs,
    })),
    combine: (read) => ({
      data: read.every(({ data }) => data !== undefined)
        ? addUp(read.flatMap(({ data }) => (data === undefined ? [] : [data])))
        : undefined,
      error: read.find(({ error }) => error !== null)?.error ?? null,
    }),
  });
}
