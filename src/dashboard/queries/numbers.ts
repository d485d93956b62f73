import { useMutation, useQuery } from "@tanstack/react-query";
import { type Answer, call, type Given } from "../api.ts";
import { useIntegrationsChanged } from "./integrations.ts";
import { useKeysChanged } from "./keys.ts";

/** All numbers come in one answer, so they are asked for less often than what is short. */
const refreshMs = 30_000;

export type ManagedNumber = Answer<"listManagedNumbers">["numbers"][number];

/** Reads every number with its key and its health. */
export function useNumbers() {
  return useQuery({
    queryKey: ["numbers"],
    queryFn: () => call("listManagedNumbers", {}),
    refetchInterval: refreshMs,
  });
}

/** Reads the numbers of one key, once they are wanted. */
export function useNumbersOfKey(apiKeyId: string, isWanted: boolean) {
  return useQuery({
    queryKey: ["numbers", apiKeyId],
    queryFn: () => call("listManagedNumbers", { query: { api_key_id: apiKeyId } }),
    enabled: isWanted,
    refetchInterval: false,
  });
}

/** Changes a number or assigns it to a key; the lists of numbers and keys are read again. */
export function useChangeNumber() {
  const changed = useKeysChanged();
  return useMutation({
    mutationFn: ({ number, change }: { number: string; change: Given<"updateManagedNumber">["body"] }) =>
      call("updateManagedNumber", { params: { number }, body: change }),
    onSettled: changed,
  });
}

/** Releases a number: its pool loses it, and its former webhooks are restored. */
export function useReleaseNumber() {
  const changed = useIntegrationsChanged();
  return useMutation({
    mutationFn: (number: string) => call("deleteManagedNumber", { params: { number } }),
    onSuccess: changed,
  });
}
