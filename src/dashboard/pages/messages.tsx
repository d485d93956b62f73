import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call } from "../api.ts";
import { Empty } from "../parts/empty.tsx";
import { FoundMessages } from "../parts/found-messages.tsx";
import { Problem } from "../parts/problem.tsx";
import { SendForm } from "../parts/send-form.tsx";

/** A key's messages, newest first, and a form that sends one. */
export function Messages() {
  const { data, error } = useQuery({
    queryKey: ["keys"],
    queryFn: () => call("listApiKeys", { query: { limit: 200 } }),
  });
  const [chosen, choose] = useState<string | null>(null);
  if (data === undefined) return error === null ? <p>Reading …</p> : <Problem error={error} />;
  const keys = data.api_keys.filter(({ status }) => status !== "revoked");
  const key = keys.find(({ api_key_id }) => api_key_id === chosen) ?? keys[0];
  if (key === undefined) {
    return (
      <Empty title="No API key yet">
        <p>Messages belong to an API key. Create one on the page API Keys.</p>
      </Empty>
    );
  }
  return (
    <>
      <h1>Messages</h1>
      <label>
        API key
        <select value={key.api_key_id} onChange={(event) => choose(event.target.value)}>
          {keys.map(({ api_key_id, name, mode }) => (
            <option key={api_key_id} value={api_key_id}>
              {name} ({mode})
            </option>
          ))}
        </select>
      </label>
      <SendForm key={`send ${key.api_key_id}`} apiKeyId={key.api_key_id} isTest={key.mode === "test"} />
      <FoundMessages key={`found ${key.api_key_id}`} apiKeyId={key.api_key_id} />
    </>
  );
}
