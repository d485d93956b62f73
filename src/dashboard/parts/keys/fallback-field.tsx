import type { Given } from "../../api.ts";
import type { Key } from "../../queries/key.ts";
import { useKeys } from "../../queries/keys.ts";
import { Select } from "../field.tsx";

type Fallback = NonNullable<Given<"updateApiKey">["body"]>["fallback"];

/** Returns a key's fallback as the choice shows it: nothing, `line_sms`, or the other key's id. */
export function fallbackChoice(key: Key): string {
  const { fallback } = key;
  return fallback == null ? "" : fallback.to === "line_sms" ? fallback.to : fallback.api_key_id;
}

/** Returns what a choice asks for. */
export function readFallbackChoice(choice: string): NonNullable<Fallback> | null {
  if (choice === "") return null;
  return choice === "line_sms" ? { to: choice } : { to: "api_key", api_key_id: choice };
}

/** Chooses where the messages of a key's iMessage lines go that surely did not reach their contact. */
export function FallbackField({
  apiKey,
  choice,
  onChange,
}: {
  apiKey: Key;
  choice: string;
  onChange: (choice: string) => void;
}) {
  const keys = useKeys().data?.api_keys ?? [];
  const others = keys.filter(
    ({ api_key_id: id, organization_id, mode, protocol, status }) =>
      id !== apiKey.api_key_id &&
      organization_id === apiKey.organization_id &&
      mode === apiKey.mode &&
      (id === choice || (protocol === "twilio" && status !== "revoked")),
  );
  const options = [
    { value: "", label: "It fails, and says why" },
    { value: "line_sms", label: "As SMS from the same line" },
    ...others.map(({ api_key_id: value, name }) => ({ value, label: `By the API key ${name}` })),
  ];
  return (
    <Select
      label="Who is not on iMessage"
      hint="Only where nothing can have reached them: not on iMessage, or the line's Mac surely did not send. Never in groups."
      options={options}
      value={choice}
      onChange={onChange}
    />
  );
}
