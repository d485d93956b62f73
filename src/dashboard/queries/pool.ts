import { useMutation, useQuery } from "@tanstack/react-query";
import { call, type Given } from "../api.ts";
import { useKeysChanged } from "./keys.ts";

/** Reads a key's pool: its numbers in their order, with queue, rates and health. */
export function usePool(apiKeyId: string) {
  return useQuery({ queryKey: ["pool", apiKeyId], queryFn: () => call("getPool", { params: { apiKeyId } }) });
}

/** Puts a pool in order, made from the order that was seen; refused where it stands otherwise by now. */
export function useOrderPool(apiKeyId: string) {
  return useMutation({
    mutationFn: (order: { phone_numbers: string[]; seen: string[] }) =>
      call("orderPool", { params: { apiKeyId }, body: order }),
    onSettled: useKeysChanged(),
  });
}

/** Asks what a send would do now; nothing is changed. */
export function usePreview(apiKeyId: string) {
  return useMutation({
    mutationFn: (body: Given<"previewPool">["body"]) => call("previewPool", { params: { apiKeyId }, body }),
  });
}
