import { useQuery } from "@tanstack/react-query";
import { request } from "../api.ts";

/** How long the session lasts, which version answers, and whether messages can reach nobody but the sandbox. */
export type Session = { expires_at: number; version: string; sandbox_only: boolean };

/** Reads the session. */
export function useSession() {
  return useQuery({
    queryKey: ["session"],
    queryFn: () => request<Session>("/app/session", "GET"),
    refetchInterval: 60_000,
  });
}
