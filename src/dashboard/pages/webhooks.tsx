import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Empty } from "../parts/empty.tsx";
import { TextField } from "../parts/field.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { AddWebhook } from "../parts/webhooks/add-webhook.tsx";
import { hearsOf } from "../parts/webhooks/fare.ts";
import { FareBadge } from "../parts/webhooks/fare-badge.tsx";
import { useWebhooks, type Webhook } from "../queries/webhooks.ts";

const searchFrom = 10;

/** Every webhook, of organizations and of keys: where it leads, what it hears, how it fares. */
export function Webhooks() {
  const { data, error } = useWebhooks();
  const [isAdding, setAdding] = useState(false);
  const [filter, setFilter] = useState("");
  const add = (
    <button type="button" onClick={() => setAdding(true)}>
      Add a webhook
    </button>
  );
  const webhooks = data?.webhooks ?? [];
  const found = webhooks.filter(({ webhook_url, api_key_name }) =>
    `${webhook_url} ${api_key_name ?? ""}`.toLowerCase().includes(filter.trim().toLowerCase()),
  );
  return (
    <>
      <PageHead title="Webhooks" actions={add}>
        Where your programs hear of what happens: signed, at least once, and repeated for three days.
      </PageHead>
      {isAdding && <AddWebhook onClose={() => setAdding(false)} />}
      <Problem error={error} />
      {data === undefined && error === null && <Reading />}
      {webhooks.length > searchFrom && (
        <search className="filters">
          <TextField
            label="Search"
            type="search"
            placeholder="Part of a URL or of a key's name"
            value={filter}
            onChange={({ target }) => setFilter(target.value)}
          />
        </search>
      )}
      {data !== undefined && webhooks.length === 0 && (
        <Empty title="No webhooks yet">
          <p>A webhook tells your program of replies and of what became of each message, as it happens.</p>
          {add}
        </Empty>
      )}
      {webhooks.length > 0 && (
        <Table
          caption={`${found.length} of ${webhooks.length}`}
          columns={columns}
          rows={found}
          keyOf={(webhook) => webhook.webhook_id}
        />
      )}
    </>
  );
}

const columns: readonly [Column<Webhook>, ...Column<Webhook>[]] = [
  {
    head: "URL",
    cell: ({ webhook_id: webhookId, webhook_url }) => (
      <Link to="/webhooks/$webhookId" params={{ webhookId }} className="address">
        {webhook_url}
      </Link>
    ),
  },
  { head: "Health", kind: "plain", cell: (webhook) => <FareBadge webhook={webhook} /> },
  { head: "Of", cell: ({ api_key_name: name }) => (name == null ? "every key" : <bdi>{name}</bdi>) },
  { head: "Hears", cell: (webhook) => hearsOf(webhook) },
  {
    head: "Last attempt",
    cell: ({ last_triggered: at, last_status }) =>
      at === null ? (
        "none"
      ) : (
        <>
          {last_status ?? "no answer"}, <TimeAgo at={at} />
        </>
      ),
  },
  { head: "Still owed", kind: "number", cell: ({ owed }) => (owed ?? 0).toLocaleString("en") },
];
