import { useMutation, useQuery } from "@tanstack/react-query";
import { call, type Given } from "../api.ts";
import { useKeysChanged } from "./keys.ts";

/** Reads every number with its key and its health. */
export function useNumbers() {
  return useQuery({ queryKey: ["numbers"], queryFn: () => call("listManagedNumbers", {}) });
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
