import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useSend } from "../queries/sending.ts";
import { TextArea, TextField } from "./field.tsx";
import { Problem } from "./problem.tsx";

/** Sends a message as a key and leads to its life. A test key's form is filled in, for nobody is reached by it. */
export function SendForm({ apiKeyId, isTest }: { apiKeyId: string; isTest: boolean }) {
  const navigate = useNavigate();
  const send = useSend(apiKeyId);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    send.mutate(
      { to: String(form.get("to")).trim(), text: String(form.get("text")) },
      {
        onSuccess: ({ message_id: messageId }) =>
          navigate({ to: "/messages/$apiKeyId/$messageId", params: { apiKeyId, messageId } }),
      },
    );
  }
  return (
    <form onSubmit={submit}>
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
      <Problem error={send.error} />
      <button type="submit" disabled={send.isPending}>
        {send.isPending ? "Sending …" : "Send"}
      </button>
    </form>
  );
}
