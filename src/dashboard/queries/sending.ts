import { useMutation, useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { type Answer, call, type Given } from "../api.ts";
import { useMessagesChanged } from "./messages.ts";

export type Draft = Given<"sendKeyMessage">["body"];
export type Preview = Answer<"previewPool">;

/** Sends a message as a key. What is sent again unchanged, after an answer that was lost, is the same send: it leaves once. */
export function useSend(apiKeyId: string) {
  const attempt = useRef({ body: "", key: "" });
  const changed = useMessagesChanged(apiKeyId);
  return useMutation({
    mutationFn: (body: Draft) => {
      const written = JSON.stringify(body);
      if (attempt.current.body !== written) attempt.current = { body: written, key: crypto.randomUUID() };
      return call("sendKeyMessage", { params: { apiKeyId }, body }, attempt.current.key);
    },
    onSuccess: () => {
      attempt.current = { body: "", key: "" };
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

/** Writes as a person of the sandbox to one of its numbers. */
export function useAnswerAsPerson(apiKeyId: string) {
  const changed = useMessagesChanged(apiKeyId);
  return useMutation({
    mutationFn: (body: Given<"composeSandboxInbound">["body"]) => call("composeSandboxInbound", { body }),
    onSuccess: changed,
  });
}
