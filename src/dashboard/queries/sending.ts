import { useMutation, useQuery } from "@tanstack/react-query";
import { type Answer, call, type Given } from "../api.ts";
import { useMessagesChanged } from "./messages.ts";

export type Draft = Given<"sendKeyMessage">["body"];
export type Preview = Answer<"previewPool">;

const sameSendMs = 15 * 60_000;
/** What was sent without an answer yet, each with the key under which it may be sent again: kept beside the pages, which are left and come back to. */
const attempts = new Map<string, { key: string; at: number }>();

function keyOf(written: string): string {
  const known = attempts.get(written);
  if (known !== undefined && Date.now() - known.at < sameSendMs) return known.key;
  const key = crypto.randomUUID();
  attempts.set(written, { key, at: Date.now() });
  return key;
}

/** Sends a message as a key. What is sent again unchanged, after an answer that was lost, is the same send: it leaves once. `onTaken` is told of it at once, also where the page was left meanwhile. */
export function useSend(apiKeyId: string, onTaken?: (text: string) => void) {
  const changed = useMessagesChanged(apiKeyId);
  return useMutation({
    mutationFn: (body: Draft) =>
      call("sendKeyMessage", { params: { apiKeyId }, body }, keyOf(`${apiKeyId} ${JSON.stringify(body)}`)),
    onSuccess: (_, body) => {
      attempts.delete(`${apiKeyId} ${JSON.stringify(body)}`);
      onTaken?.(typeof body.text === "string" ? body.text : "");
      return changed();
    },
  });
}

/** Asks what a send would do now, and why. `heard` is what came last of the conversation: a STOP changes the answer. */
export function usePreview(apiKeyId: string, draft: Draft | null, heard: string) {
  return useQuery({
    queryKey: ["preview", apiKeyId, draft, heard],
    queryFn: () => call("previewPool", { params: { apiKeyId }, body: draft ?? { to: "" } }),
    enabled: draft !== null,
    refetchInterval: false,
    placeholderData: (before) => before,
    retry: false,
  });
}

/** Writes as a person of the sandbox to one of its numbers; `onTaken` is told what. */
export function useAnswerAsPerson(apiKeyId: string, onTaken: (text: string) => void) {
  const changed = useMessagesChanged(apiKeyId);
  return useMutation({
    mutationFn: (body: Given<"composeSandboxInbound">["body"]) => call("composeSandboxInbound", { body }),
    onSuccess: (_, { text }) => {
      onTaken(text ?? "");
      return changed();
    },
  });
}
