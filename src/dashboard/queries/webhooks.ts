import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, call } from "../api.ts";

export type Webhook = Answer<"listOrganizationWebhooks">["webhooks"][number];
export type Attempt = Answer<"listOrganizationWebhookLogs">["logs"][number];

/** Returns what says that a webhook was made, changed or ended: everything about webhooks is read again. */
export function useWebhooksChanged() {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: ["webhooks"] });
}

/** Reads every webhook, of organizations and of keys. */
export function useWebhooks() {
  return useQuery({ queryKey: ["webhooks", "all"], queryFn: () => call("listOrganizationWebhooks", {}) });
}

/** Reads the webhooks of one key. */
export function useKeyWebhooks(api_key_id: string) {
  return useQuery({
    queryKey: ["webhooks", "key", api_key_id],
    queryFn: () => call("listOrganizationWebhooks", { query: { api_key_id } }),
  });
}
