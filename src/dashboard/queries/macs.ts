import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, call, type Given } from "../api.ts";
import { useIntegrationsChanged } from "./integrations.ts";

export type Mac = Answer<"getMacIntegration">;

/** Reads every Mac that is connected. */
export function useMacs() {
  return useQuery({
    queryKey: ["integrations", "macs"],
    queryFn: () => call("listMacIntegrations", { query: { limit: 200 } }),
  });
}

/** Reads what can be connected to, of every kind, by id and name. */
export function useAccounts() {
  return useQuery({
    queryKey: ["integrations", "all"],
    queryFn: () => call("listIntegrations", { query: { limit: 200 } }),
  });
}

/** Connects a Mac, and reads the list that its page looks into. Its password stays in the form: nothing of the call is kept. */
export function useConnectMac() {
  const cache = useQueryClient();
  const changed = useIntegrationsChanged();
  return useMutation({
    mutationFn: (body: Given<"createMacIntegration">["body"]) => call("createMacIntegration", { body }),
    onSuccess: async () => {
      await changed();
      await cache.refetchQueries({ queryKey: ["integrations", "macs"] });
    },
    gcTime: 0,
  });
}

/** Changes a Mac's name, address or password. */
export function useChangeMac(integrationId: string) {
  const changed = useIntegrationsChanged();
  return useMutation({
    mutationFn: (body: Given<"updateMacIntegration">["body"]) =>
      call("updateMacIntegration", { params: { integrationId }, body }),
    onSuccess: changed,
    gcTime: 0,
  });
}

/** Looks at a Mac now, one answer for each thing that must be right. */
export function useTestMac(integrationId: string) {
  const changed = useIntegrationsChanged();
  return useMutation({
    mutationFn: () => call("testMacIntegration", { params: { integrationId } }),
    onSuccess: changed,
  });
}

/** Disconnects a Mac with its lines; what is said of it goes stale when the page has told the result. */
export function useDisconnectMac(integrationId: string) {
  return useMutation({ mutationFn: () => call("deleteMacIntegration", { params: { integrationId } }) });
}

/** Registers a line of a Mac. */
export function useRegisterLine() {
  const changed = useIntegrationsChanged();
  return useMutation({
    mutationFn: (body: Given<"createManagedNumber">["body"]) => call("createManagedNumber", { body }),
    onSuccess: changed,
  });
}
