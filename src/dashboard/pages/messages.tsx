import { useState } from "react";
import { Empty } from "../parts/empty.tsx";
import { Select } from "../parts/field.tsx";
import { FoundMessages } from "../parts/found-messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { SendForm } from "../parts/send-form.tsx";
import { useKeys } from "../queries/keys.ts";

/** A key's messages, newest first, and a form that sends one. */
export function Messages() {
  const { data, error } = useKeys();
  const [chosen, choose] = useState<string | null>(null);
  if (data === undefined) return error === null ? <Reading /> : <Problem error={error} />;
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
      <PageHead title="Messages">Everything that a key sent and received, with what became of it.</PageHead>
      <Select
        label="API key"
        value={key.api_key_id}
        onChange={choose}
        options={keys.map(({ api_key_id, name, mode }) => ({ value: api_key_id, label: `${name} (${mode})` }))}
      />
      <SendForm key={`send ${key.api_key_id}`} apiKeyId={key.api_key_id} isTest={key.mode === "test"} />
      <FoundMessages key={`found ${key.api_key_id}`} apiKeyId={key.api_key_id} />
    </>
  );
}
