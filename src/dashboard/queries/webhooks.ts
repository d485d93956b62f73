import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, call, type Given } from "../api.ts";

export type Webhook = Answer<"listOrganizationWebhooks">["webhooks"][number];
export type Attempt = Answer<"listOrganizationWebhookLogs">["logs"][number];
export type Tried = Answer<"testOrganizationWebhook"> | Answer<"replayOrganizationWebhookEvent">;

const attemptsPerPage = 25;

/** Returns what says that a webhook was made, changed, tried or ended: everything about webhooks is read again. */
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

/** Reads one webhook and how it fares. */
export function useWebhook(webhookId: string) {
  return useQuery({
    queryKey: ["webhooks", "one", webhookId],
    queryFn: () => call("getOrganizationWebhook", { params: { webhookId } }),
  });
}

/** Reads a webhook's attempts, newest first, page by page: all, those that failed, or those that did not. */
export function useAttempts(webhookId: string, failed: boolean | null) {
  return useInfiniteQuery({
    queryKey: ["webhooks", "attempts", webhookId, failed],
    queryFn: ({ pageParam: offset }) =>
      call("listOrganizationWebhookLogs", {
        params: { webhookId },
        query: { limit: attemptsPerPage, offset, ...(failed === null ? {} : { failed }) },
      }),
    initialPageParam: 0,
    getNextPageParam: ({ pagination }) => (pagination.has_more ? pagination.offset + pagination.returned : null),
  });
}

/** Makes a webhook; the answer holds its secret, and nothing keeps it but the window that shows it. */
export function useCreateWebhook() {
  return useMutation({
    mutationFn: (body: Given<"createOrganizationWebhook">["body"]) => call("createOrganizationWebhook", { body }),
    onSettled: useWebhooksChanged(),
    gcTime: 0,
  });
}

/** Changes what a webhook hears, pauses or resumes it. */
export function useChangeWebhook(webhookId: string) {
  return useMutation({
    mutationFn: (body: Given<"updateOrganizationWebhook">["body"]) =>
      call("updateOrganizationWebhook", { params: { webhookId }, body }),
    onSettled: useWebhooksChanged(),
  });
}

/** Ends a webhook: what it is owed is not sent any more. Whoever shows it leaves first, for it cannot be read again. */
export function useDeleteWebhook(webhookId: string, leave: () => Promise<unknown>) {
  const changed = useWebhooksChanged();
  return useMutation({
    mutationFn: () => call("deleteOrganizationWebhook", { params: { webhookId } }),
    onSuccess: async () => {
      await leave();
      await changed();
    },
  });
}

/** Gives a webhook a new secret; the answer holds it, and nothing keeps it but the window that shows it. */
export function useRotateSecret(webhookId: string) {
  return useMutation({
    mutationFn: (overlap_seconds: number) =>
      call("rotateOrganizationWebhookSecret", { params: { webhookId }, body: { overlap_seconds } }),
    onSettled: useWebhooksChanged(),
    gcTime: 0,
  });
}

/** Posts a test event and answers how the attempt went. */
export function useTestWebhook(webhookId: string) {
  return useMutation({
    mutationFn: (): Promise<Tried> => call("testOrganizationWebhook", { params: { webhookId } }),
    onSettled: useWebhooksChanged(),
  });
}

/** Delivers one event again and answers how the attempt went. */
export function useReplayEvent(webhookId: string) {
  return useMutation({
    mutationFn: (eventId: string): Promise<Tried> =>
      call("replayOrganizationWebhookEvent", { params: { webhookId, eventId } }),
    onSettled: useWebhooksChanged(),
  });
}
