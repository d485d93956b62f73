import { useState } from "react";
import type { Answer } from "../api.ts";
import { CreateKey } from "../parts/create-key.tsx";
import { Empty } from "../parts/empty.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { useKeys } from "../queries/keys.ts";

type Key = Answer<"listApiKeys">["api_keys"][number];

const columns: readonly [Column<Key>, ...Column<Key>[]] = [
  { head: "Name", cell: ({ name }) => <bdi>{name}</bdi> },
  { head: "Status", cell: ({ status }) => <StatusBadge status={status} /> },
  { head: "Mode", cell: ({ mode }) => mode },
  { head: "Ends in", cell: (key) => <span className="mono">…{key.key_hint}</span> },
  { head: "Numbers", cell: ({ numbers }) => numbers, kind: "number" },
  { head: "Last used", cell: ({ last_used_at: at }) => (at === null ? "never" : <TimeAgo at={at} />) },
];

/** Every API key, and a window that makes one. */
export function Keys() {
  const { data, error } = useKeys();
  const [isMaking, setMaking] = useState(false);
  if (data === undefined) return error === null ? <Reading /> : <Problem error={error} />;
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
      <Problem error={error} />
      {isMaking && <CreateKey onClose={() => setMaking(false)} />}
      {data.api_keys.length === 0 ? (
        <Empty title="No API keys yet">
          <p>Whatever sends messages needs a key. A test key is served by the sandbox and costs nothing.</p>
        </Empty>
      ) : (
        <Table
          caption={`${data.api_keys.length} of ${data.pagination.total}`}
          columns={columns}
          rows={data.api_keys}
          keyOf={(key) => key.api_key_id}
        />
      )}
    </>
  );
}
