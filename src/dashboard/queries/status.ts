import { useQuery } from "@tanstack/react-query";
import { call } from "../api.ts";

/** Reads how the gateway stands: its checks, and what each key holds back. */
export function useStatus() {
  return useQuery({ queryKey: ["status"], queryFn: () => call("getStatus", {}) });
}
