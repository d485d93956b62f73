import { type FormEvent, useState } from "react";
import { type Filters, fromField, readFilters, toField } from "../queries/message-filters.ts";
import { useNumbersOfKey } from "../queries/numbers.ts";
import { Select, TextField } from "./field.tsx";
import { readAddress } from "./phone-number.tsx";

const any = { value: "", label: "any" };
const statuses = [
  any,
  { value: "scheduled", label: "scheduled" },
  { value: "queued", label: "not left yet" },
  { value: "sent", label: "sent" },
  { value: "delivered", label: "delivered" },
  { value: "read", label: "read" },
  { value: "failed", label: "failed" },
  { value: "unknown", label: "outcome unknown" },
  { value: "cancelled", label: "cancelled" },
  { value: "received", label: "received" },
];
const directions = [any, { value: "outbound", label: "sent by us" }, { value: "inbound", label: "received" }];

type Props = { apiKeyId: string; filters: Filters; onChange: (filters: Filters) => void };

/** What a list of messages is narrowed by. Lists apply when something is chosen, texts by Enter or the button. */
export function MessageFilters({ apiKeyId, filters, onChange }: Props) {
  const rare = [filters.number, filters.contact, filters.since, filters.until].filter(Boolean).length;
  const [isWide, widen] = useState(rare > 0);
  const numbers = useNumbersOfKey(apiKeyId, isWide).data?.numbers ?? [];
  const ours = [...new Set([...numbers.map((number) => number.phone_number), filters.number ?? ""])].filter(Boolean);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.currentTarget));
    const [since, until] = [fromField(String(form.since)), fromField(String(form.until))];
    onChange(readFilters({ ...form, since, until }));
  }

  function chosen({ target, currentTarget }: FormEvent<HTMLFormElement>) {
    if (target instanceof HTMLSelectElement) currentTarget.requestSubmit();
  }

  return (
    // What the address says anew, as the back button does, is shown anew.
    <search key={JSON.stringify(filters)}>
      <form className="card message-filters" onSubmit={submit} onChange={chosen}>
        <div className="filters">
          <TextField
            label="Text or id"
            type="search"
            name="q"
            defaultValue={filters.q}
            placeholder="part of a text, or a whole id"
          />
          <Select label="Status" name="status" options={statuses} defaultValue={filters.status ?? ""} />
          <Select label="Direction" name="direction" options={directions} defaultValue={filters.direction ?? ""} />
          <button type="submit">Search</button>
        </div>
        <details open={isWide} onToggle={({ currentTarget }) => widen(currentTarget.open)}>
          <summary>By number, contact and time{rare > 0 && ` (${rare} in force)`}</summary>
          <div className="filters">
            <Select
              label="Our number"
              name="number"
              defaultValue={filters.number ?? ""}
              options={[any, ...ours.map((address) => ({ value: address, label: readAddress(address).words }))]}
            />
            <TextField
              label="Contact"
              type="text"
              name="contact"
              defaultValue={filters.contact}
              placeholder="+15551234567"
            />
            <TextField label="From" type="datetime-local" name="since" defaultValue={toField(filters.since)} />
            <TextField label="Until" type="datetime-local" name="until" defaultValue={toField(filters.until)} />
          </div>
        </details>
        {Object.keys(filters).length > 0 && (
          <button type="button" className="link" onClick={() => onChange({})}>
            Clear all filters
          </button>
        )}
      </form>
    </search>
  );
}
