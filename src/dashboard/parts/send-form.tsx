import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useRef } from "react";
import { call } from "../api.ts";
import { TextArea, TextField } from "./field.tsx";
import { Problem } from "./problem.tsx";

type Draft = { to: string; text: string };

/** Sends a message as a key and leads to its life. A test key's form is filled in, for nobody is reached by it. */
export function SendForm({ apiKeyId, isTest }: { apiKeyId: string; isTest: boolean }) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  // Sent again after an answer that was lost, the same message is the same send.
  const attempt = useRef({ body: "", key: "" });
  const { mutate, error, isPending } = useMutation({
    mutationFn: (body: Draft) => {
      const written = JSON.stringify(body);
      if (attempt.current.body !== written) attempt.current = { body: written, key: crypto.randomUUID() };
      return call("sendKeyMessage", { params: { apiKeyId }, body }, attempt.current.key);
    },
    onSuccess: async ({ message_id: messageId }) => {
      attempt.current = { body: "", key: "" };
      await cache.invalidateQueries({ queryKey: ["messages", apiKeyId] });
      await navigate({ to: "/messages/$apiKeyId/$messageId", params: { apiKeyId, messageId } });
    },
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate({ to: String(form.get("to")).trim(), text: String(form.get("text")) });
  }
  return (
    <form className="card" onSubmit={submit}>
      <h2>Send a message</h2>
      <p className="quiet">
        {isTest
          ? "This key is served by the sandbox: nobody is reached, and it costs nothing."
          : "This key is live: the message reaches a person, and your carrier charges for it."}
      </p>
      <TextField
        label="To"
        type="tel"
        name="to"
        required
        placeholder="+15551234567"
        defaultValue={isTest ? "+15551234567" : ""}
      />
      <TextArea label="Text" name="text" required defaultValue={isTest ? "Hello from Trunkline" : ""} />
      <Problem error={error} />
      <button type="submit" disabled={isPending}>
        {isPending ? "Sending …" : "Send"}
      </button>
    </form>
  );
}
