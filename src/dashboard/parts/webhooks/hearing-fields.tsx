import { useState } from "react";
import type { Given } from "../../api.ts";
import type { Webhook } from "../../queries/webhooks.ts";
import { Select, TextField } from "../field.tsx";

type Hearing = Pick<
  Given<"updateOrganizationWebhook">["body"],
  "webhook_type" | "events" | "numbers" | "format" | "event_name"
>;

const kinds = [
  { value: "all", label: "Messages in and out, and their statuses" },
  { value: "message", label: "Messages in and out" },
  { value: "status", label: "What became of messages sent" },
  { value: "named", label: "Only events that I name" },
];
const formats = [
  { value: "blooio", label: "Blooio's, with the whole event" },
  { value: "campaign", label: "Campaign, for marketing tools" },
  { value: "v4", label: "Blooio's v4, in its envelope" },
] as const;

/** What a webhook hears and in which form, as fields of a form that `readHearing` reads. */
export function HearingFields({ webhook }: { webhook?: Webhook }) {
  const [kind, setKind] = useState(webhook?.events != null ? "named" : (webhook?.webhook_type ?? "all"));
  const [format, setFormat] = useState<string>(webhook?.format ?? "blooio");
  return (
    <>
      <Select label="It hears" name="kind" options={kinds} value={kind} onChange={setKind} />
      {kind === "named" && (
        <TextField
          label="Events"
          name="events"
          required
          autoComplete="off"
          defaultValue={webhook?.events?.join(", ") ?? ""}
          placeholder="message.failed, number.*"
          hint="Exact names or wildcards, between commas: message.*, number.*, contact.*, call.received, webhook.failing, api_key.paused, or * for all."
        />
      )}
      <TextField
        label="Only of these numbers"
        name="numbers"
        autoComplete="off"
        defaultValue={webhook?.numbers?.join(", ") ?? ""}
        placeholder="Every number"
        hint="Your own numbers, between commas. Empty: every one."
      />
      <Select label="Format" name="format" options={[...formats]} value={format} onChange={setFormat} />
      {format === "campaign" && (
        <TextField
          label="Name of the event there"
          name="event_name"
          maxLength={64}
          required
          defaultValue={webhook?.event_name ?? "campaign"}
        />
      )}
    </>
  );
}

/** Reads what the fields of a form say. */
export function readHearing(form: FormData): Hearing {
  const kind = form.get("kind");
  const numbers = listOf(form.get("numbers"));
  const name = String(form.get("event_name") ?? "").trim();
  return {
    webhook_type: kind === "message" || kind === "status" ? kind : "all",
    events: kind === "named" ? listOf(form.get("events")) : null,
    numbers: numbers.length === 0 ? null : numbers,
    format: formats.find(({ value }) => value === form.get("format"))?.value ?? "blooio",
    ...(name === "" ? {} : { event_name: name }),
  };
}

function listOf(given: FormDataEntryValue | null): string[] {
  return String(given ?? "")
    .split(/[,\s]+/)
    .filter((part) => part !== "");
}
