import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, call, type Given } from "../api.ts";

export type Organization = Answer<"listOrganizations">["organizations"][number];

/** Reads every organization of this deployment, up to two hundred. */
export function useOrganizations() {
  return useQuery({
    queryKey: ["organizations"],
    queryFn: () => call("listOrganizations", { query: { limit: 200 } }),
    refetchInterval: false,
  });
}

/** Makes an organization. */
export function useCreateOrganization() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Given<"createOrganization">["body"]) => call("createOrganization", { body }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["organizations"] }),
  });
}

/** Changes an organization. What its keys inherit changes with it. */
export function useChangeOrganization(organizationId: string) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (body: Given<"updateOrganization">["body"]) =>
      call("updateOrganization", { params: { organizationId }, body }),
    onSuccess: () =>
      Promise.all([["organizations"], ["pool"], ["preview"]].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  });
}

/** Reads who is signed in to this dashboard. */
export function useSessions() {
  return useQuery({ queryKey: ["sessions"], queryFn: () => call("listSessions", { query: { limit: 200 } }) });
}

/** Signs every browser out, this one as well. */
export function useEndSessions() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => call("endSessions", {}),
    onSuccess: () => cache.invalidateQueries(),
  });
}

/** Reads at which address the world reaches the gateway, and which numbers lead elsewhere. */
export function usePublicUrl() {
  return useQuery({ queryKey: ["public-url"], queryFn: () => call("getPublicUrl", {}) });
}

/** Sets the address at which the world reaches the gateway. */
export function useSetPublicUrl() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (url: string) => call("putPublicUrl", { body: { url } }),
    onSuccess: () => publicUrlChanged(cache),
  });
}

/** Points the numbers that lead to a former address at the one in force. */
export function useRepairPublicUrl() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => call("repairPublicUrl", {}),
    onSettled: () => publicUrlChanged(cache),
  });
}

function publicUrlChanged(cache: QueryClient) {
  return Promise.all([["public-url"], ["status"]].map((queryKey) => cache.invalidateQueries({ queryKey })));
}

export type MasterKey = Answer<"getStatus">["master_keys"][number];

/** Seals everything under the newest master key, page by page; `onPage` is told how much is done and how much is left. */
export function useReseal(onPage: (done: number, left: number) => void) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      let done = 0;
      for (;;) {
        const page = await call("resealSecrets", {});
        done += page.resealed;
        onPage(done, page.left);
        if (page.left === 0 || page.resealed === 0) return { ...page, resealed: done };
      }
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ["status"] }),
  });
}
