import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useSettled } from "../parts/debounced.ts";
import { Empty } from "../parts/empty.tsx";
import { Select, TextField } from "../parts/field.tsx";
import { FoundRows } from "../parts/found-rows.tsx";
import { CreateKey } from "../parts/keys/create-key.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import type { Column } from "../parts/table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { type Key, type KeyStatusWish, useKeySearch } from "../queries/key.ts";

const statuses = [
  { value: "living", label: "Active and paused" },
  { value: "active", label: "Active" },
  { value: "paused", label: "Paused" },
  { value: "revoked", label: "Revoked" },
  { value: "all", label: "All" },
] as const;

const columns: readonly [Column<Key>, ...Column<Key>[]] = [
  {
    head: "Name",
    cell: (key) => (
      <Link to="/keys/$apiKeyId" params={{ apiKeyId: key.api_key_id }}>
        <bdi>{key.name}</bdi>
      </Link>
    ),
  },
  { head: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
  { head: "Mode", cell: ({ mode }) => mode },
  { head: "Ends in", cell: (key) => <span className="mono">…{key.key_hint}</span> },
  { head: "Numbers", cell: ({ numbers }) => numbers, kind: "number" },
  { head: "Last used", cell: ({ last_used_at: at }) => (at === null ? "never" : <TimeAgo at={at} />) },
];

/** Every API key, found by name and status, and a window that makes one. The filters stand in the address. */
export function Keys() {
  const [isMaking, setMaking] = useState(false);
  return (
    <>
      <PageHead
        title="API Keys"
        actions={
          <button type="button" onClick={() => setMaking(true)}>
            Create an API key
          </button>
        }
      >
        A program that sends holds a key; a key holds the numbers that it sends from.
      </PageHead>
      {isMaking && <CreateKey onClose={() => setMaking(false)} />}
      <FoundKeys onMake={() => setMaking(true)} />
    </>
  );
}

function readStatus(given: unknown): KeyStatusWish {
  return statuses.find(({ value }) => value === given)?.value ?? "living";
}

function FoundKeys({ onMake }: { onMake: () => void }) {
  const search = useSearch({ strict: false }) as { q?: unknown; status?: unknown };
  const navigate = useNavigate();
  const [typed, setTyped] = useState(String(search.q ?? ""));
  const q = useSettled(typed.trim());
  const status = readStatus(search.status);
  const query = useKeySearch(q, status);
  const filter = (wish: { q: string; status: KeyStatusWish }) =>
    navigate({
      to: "/keys",
      search: { ...(wish.q && { q: wish.q }), ...(wish.status !== "living" && { status: wish.status }) } as never,
      replace: true,
    });
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was typed goes into the address when it has settled
  useEffect(() => {
    if (q !== String(search.q ?? "")) void filter({ q, status });
  }, [q]);
  return (
    <>
      <search className="filters">
        <TextField
          label="Search"
          type="search"
          placeholder="Name, or the last four characters"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
        <Select
          label="Status"
          options={statuses}
          value={status}
          onChange={(value) => void filter({ q, status: readStatus(value) })}
        />
      </search>
      <FoundRows
        query={query}
        rowsOf={(page) => page.api_keys}
        order="oldest first"
        columns={columns}
        keyOf={(key) => key.api_key_id}
        empty={<NoKeys isFiltered={q !== "" || status !== "living"} onMake={onMake} onAll={() => setTyped("")} />}
      />
    </>
  );
}

type NoKeysProps = { isFiltered: boolean; onMake: () => void; onAll: () => void };

function NoKeys({ isFiltered, onMake, onAll }: NoKeysProps) {
  if (isFiltered) {
    return (
      <Empty title="No key matches">
        <p>A search looks for part of a name, or for the last four characters of a key in full.</p>
        <button type="button" className="second" onClick={onAll}>
          Clear the search
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No API keys yet">
      <p>Whatever sends messages needs a key. A test key is served by the sandbox and costs nothing.</p>
      <button type="button" onClick={onMake}>
        Create an API key
      </button>
    </Empty>
  );
}
