import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Answer, addressOf, call, type Given, request } from "../api.ts";

export type Campaign = Answer<"getKeyCampaign">;
export type ListedCampaign = Answer<"listKeyCampaigns">["campaigns"][number];
type Names = { apiKeyId: string; campaignId: string };

const livelyMs = 2_000;

/** Reads a key's campaigns, newest first, page by page. */
export function useCampaigns(apiKeyId: string) {
  return useInfiniteQuery({
    queryKey: ["campaigns", apiKeyId, "list"],
    queryFn: ({ pageParam: offset }) =>
      call("listKeyCampaigns", { params: { apiKeyId }, query: { limit: 50, offset } }),
    initialPageParam: 0,
    getNextPageParam: ({ campaigns, pagination: { offset, total } }) =>
      campaigns.length > 0 && offset + campaigns.length < total ? offset + campaigns.length : null,
  });
}

/** Reads one campaign with its numbers, again and again while it runs. */
export function useCampaign(params: Names) {
  return useQuery({
    queryKey: ["campaigns", params.apiKeyId, params.campaignId],
    queryFn: () => call("getKeyCampaign", { params }),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && ["running", "scheduled"].includes(data.state) ? livelyMs : false,
  });
}

/** Reads what the campaign would send to the first ten of its list. */
export function useCampaignPreview(params: Names, version: string) {
  return useQuery({
    queryKey: ["campaigns", params.apiKeyId, params.campaignId, "preview", version],
    queryFn: () => call("previewKeyCampaign", { params, query: { limit: 10 } }),
  });
}

function useChanged(apiKeyId: string) {
  const cache = useQueryClient();
  return () => cache.invalidateQueries({ queryKey: ["campaigns", apiKeyId] });
}

/** Makes a draft. */
export function useCreateCampaign(apiKeyId: string) {
  return useMutation({
    mutationFn: (body: Given<"createKeyCampaign">["body"]) => call("createKeyCampaign", { params: { apiKeyId }, body }),
    onSettled: useChanged(apiKeyId),
  });
}

/** Changes what a campaign says, or how fast it goes. */
export function useUpdateCampaign(params: Names) {
  return useMutation({
    mutationFn: (body: Given<"updateKeyCampaign">["body"]) => call("updateKeyCampaign", { params, body }),
    onSettled: useChanged(params.apiKeyId),
  });
}

/** Gives a campaign its list, as a file or as everybody with a tag. */
export function useGivePeople(params: Names) {
  return useMutation({
    mutationFn: async (from: { file: File } | { tag: string }) => {
      if ("tag" in from) await call("tagKeyCampaignAudience", { params, body: from });
      else await request(addressOf("uploadKeyCampaignAudience", params), "PUT", from.file);
    },
    onSettled: useChanged(params.apiKeyId),
  });
}

/** Sends the campaign's message to one person who tries it. */
export function useTestCampaign(params: Names) {
  return useMutation({ mutationFn: (to: string) => call("testKeyCampaign", { params, body: { to } }) });
}

/** Starts a campaign, now or at a time. */
export function useStartCampaign(params: Names) {
  return useMutation({
    mutationFn: (send_at: number | null) => call("startKeyCampaign", { params, body: { send_at } }),
    onSettled: useChanged(params.apiKeyId),
  });
}

export type Steering = "pauseKeyCampaign" | "resumeKeyCampaign" | "cancelKeyCampaign";

/** Pauses, resumes or cancels a campaign. */
export function useSteerCampaign(params: Names) {
  return useMutation({
    mutationFn: (how: Steering) => call(how, { params }),
    onSettled: useChanged(params.apiKeyId),
  });
}
