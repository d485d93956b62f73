import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { call } from "../api.ts";
import { Compose } from "./compose.tsx";
import { TextField } from "./field.tsx";
import type { Key } from "./key-picker.tsx";

/** Begins a conversation: to whom, then what. */
export function NewConversation({ of: key }: { of: Key }) {
  const apiKeyId = key.api_key_id;
  const [to, setTo] = useState("");
  const navigate = useNavigate();
  /** What was typed is read by the gateway: the conversation is found by the address that it made of it. */
  async function open(messageId: string) {
    const { chat_id: chat } = await call("readAdminMessage", { params: { apiKeyId, messageId } });
    await navigate({ to: `/inbox/${apiKeyId}`, search: { chat } });
  }
  return (
    <section className="conversation card" aria-label="New conversation">
      <header className="conversation-head">
        <Link className="back" to={`/inbox/${apiKeyId}`}>
          ← All conversations
        </Link>
        <h2>New conversation</h2>
      </header>
      <TextField
        label="To"
        type="tel"
        required
        placeholder="+15551234567"
        value={to}
        onChange={({ target }) => setTo(target.value)}
        hint={
          key.mode === "test"
            ? "A person of the sandbox: any number will do, nobody is reached."
            : "A number with its country, or whatsapp: and a number."
        }
      />
      <Compose of={key} chat={to.trim()} heard="" number={null} onSent={(id) => void open(id)} />
    </section>
  );
}
