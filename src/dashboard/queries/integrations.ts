import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, call, type Given } from "../api.ts";

export type Integration = Answer<"listTwilioIntegrations">["integrations"][number];
export type AvailableNumber = Answer<"listAvailableNumbers">["numbers"][number];

/** Reads every connected account and the sandbox. */
export function useIntegrations() {
  return useQuery({
    queryKey: ["integrations"],
    queryFn: () => call("listTwilioIntegrations", { query: { limit: 200 } }),
  });
}

/** Reads one account, until it is known to be gone. */
export function useIntegration(integrationId: string, isGone: boolean) {
  return useQuery({
    enabled: !isGone,
    queryKey: ["integrations", integrationId],
    queryFn: () => call("getTwilioIntegration", { params: { integrationId } }),
  });
}

/** Reads which numbers the account has at Twilio. Twilio is asked for each page of them, so not again and again. */
export function useAvailableNumbers(integrationId: string) {
  return useQuery({
    queryKey: ["available", integrationId],
    queryFn: () => call("listAvailableNumbers", { params: { integrationId } }),
    refetchInterval: false,
    refetchOnWindowFocus: false,
    staleTime: 60_000,
  });
}

/** Returns what says that an account, or which of its numbers are imported, has changed. */
export function useIntegrationsChanged() {
  const cache = useQueryClient();
  return () =>
    Promise.all(
      [["integrations"], ["available"], ["numbers"], ["keys"], ["pool"], ["status"]].map((queryKey) =>
        cache.invalidateQueries({ queryKey }),
      ),
    );
}

/** Connects an account. Its credentials stay in the form: nothing of the call is kept. */
export function useConnect() {
  const changed = useIntegrationsChanged();
  return useMutation({
    mutationFn: (body: Given<"createTwilioIntegration">["body"]) => call("createTwilioIntegration", { body }),
    onSuccess: changed,
    gcTime: 0,
  });
}

/** Changes an account's name, switches or credentials. */
export function useChangeIntegration(integrationId: string) {
  const changed = useIntegrationsChanged();
  return useMutation({
    mutationFn: (body: Given<"updateTwilioIntegration">["body"]) =>
      call("updateTwilioIntegration", { params: { integrationId }, body }),
    onSuccess: changed,
    gcTime: 0,
  });
}

/** Tries what an account can do, one by one. */
export function useTestIntegration(integrationId: string) {
  return useMutation({ mutationFn: () => call("testTwilioIntegration", { params: { integrationId } }) });
}

/** Adds a sender that Twilio does not list. */
export function useAddSender(integrationId: string) {
  const changed = useIntegrationsChanged();
  return useMutation({
    mutationFn: (address: string) => call("addSender", { params: { integrationId }, body: { address } }),
    onSuccess: changed,
  });
}

/** Disconnects an account; what is said of it goes stale when the page has told the result. */
export function useDisconnect(integrationId: string) {
  return useMutation({ mutationFn: () => call("deleteTwilioIntegration", { params: { integrationId } }) });
}
