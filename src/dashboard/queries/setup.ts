import { useQueries, useQuery } from "@tanstack/react-query";
import { call } from "../api.ts";
import { useIntegrations } from "./integrations.ts";
import { useKeys } from "./keys.ts";
import { useNumbers } from "./numbers.ts";

/** A deployment with more keys has sent its first message long ago. */
const keysAskedAtMost = 10;

export type Step = { name: string; words: string; isDone: boolean; to: string; action: string };

/** Returns what a newcomer does in order, each with whether it is done; undefined while that is being read. */
export function useSetup(): Step[] | undefined {
  const keys = useKeys().data?.api_keys;
  const numbers = useNumbers().data?.numbers;
  const integrations = useIntegrations().data?.integrations;
  const webhooks = useQuery({
    queryKey: ["webhooks", "setup"],
    queryFn: () => call("listOrganizationWebhooks", {}),
  }).data?.webhooks;
  const byUse = keys?.toSorted((left, right) => (right.last_used_at ?? 0) - (left.last_used_at ?? 0)) ?? [];
  const sent = useFirstSent(byUse.map((key) => key.api_key_id));
  if (keys === undefined || numbers === undefined || integrations === undefined || webhooks === undefined) return;
  const accounts = integrations.filter(({ sandbox }) => !sandbox).map((account) => account.integration_id);
  const imported = numbers.filter(({ integration_id: id }) => id !== null && accounts.includes(id));
  const live = keys.filter(({ mode, status }) => mode === "live" && status !== "revoked");
  const hasSent = (key: { api_key_id: string }) => sent.has(key.api_key_id);
  return [
    {
      name: "Try it in the sandbox",
      words: "A test key's message is delivered within seconds, at no cost, and shows what became of it.",
      isDone: keys.some((key) => key.mode === "test" && hasSent(key)),
      to: "/messages",
      action: "Send a message",
    },
    {
      name: "Connect Twilio",
      words: "With your own account, messages reach people.",
      isDone: accounts.length > 0,
      to: "/integrations/new",
      action: "Connect an account",
    },
    {
      name: "Import a number",
      words: "Choose which of the account's numbers send and receive here.",
      isDone: imported.length > 0,
      to: accounts[0] === undefined ? "/integrations" : `/integrations/${accounts[0]}`,
      action: "Choose numbers",
    },
    {
      name: "Create a live API key",
      words: "Your program sends with it.",
      isDone: live.length > 0,
      to: "/keys",
      action: "Create a key",
    },
    {
      name: "Assign the number to the key",
      words: "A key sends from the numbers that it holds.",
      isDone: imported.some((number) => number.api_key_id !== null),
      to: "/numbers",
      action: "Assign a number",
    },
    {
      name: "Add a webhook",
      words: "Your program hears of answers and deliveries there.",
      isDone: webhooks.length > 0,
      to: "/webhooks",
      action: "Add a webhook",
    },
    {
      name: "Send the first real message",
      words: "It reaches a person, and your carrier charges for it.",
      isDone: live.some(hasSent),
      to: "/messages",
      action: "Send it",
    },
  ];
}

/** Returns which of the first keys have sent a message: what a key was last used for may have been anything. */
function useFirstSent(apiKeyIds: readonly string[]): ReadonlySet<string> {
  return useQueries({
    queries: apiKeyIds.slice(0, keysAskedAtMost).map((apiKeyId) => ({
      queryKey: ["messages", apiKeyId, "first"],
      queryFn: () =>
        call("searchKeyMessages", { params: { apiKeyId }, query: { direction: "outbound" as const, limit: 1 } }),
    })),
    combine: (read) => new Set(apiKeyIds.filter((_, index) => (read[index]?.data?.messages.length ?? 0) > 0)),
  });
}
