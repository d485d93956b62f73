import { useState } from "react";
import { type MasterKey, useReseal } from "../queries/settings.ts";
import { useStatus } from "../queries/status.ts";
import { Instant } from "./instant.tsx";
import { Problem } from "./problem.tsx";
import { Progress } from "./progress.tsx";
import { type Column, Table } from "./table.tsx";

const columns: [Column<MasterKey>, ...Column<MasterKey>[]] = [
  { head: "Master key", cell: ({ id }) => <span className="mono">{id}</span> },
  { head: "Standing", kind: "plain", cell: (key) => <Standing of={key} /> },
  { head: "Secrets", kind: "number", cell: ({ secrets }) => secrets },
  { head: "API key tokens", kind: "number", cell: ({ tokens }) => tokens },
];

/** The keys under which secrets are kept, what still needs each, and sealing everything anew under the newest. */
export function MasterKeys() {
  const status = useStatus();
  const [progress, setProgress] = useState({ done: 0, left: 0 });
  const reseal = useReseal((done, left) => setProgress({ done, left }));
  const keys = status.data?.master_keys ?? [];
  const behind = keys.filter(({ newest, opens, secrets }) => !newest && opens && secrets > 0);
  if (keys.length === 0) return <Problem error={status.error} />;
  return (
    <section aria-label="Master keys">
      <div className="row apart">
        <h2>Master keys</h2>
        {behind.length > 0 && (
          <button type="button" disabled={reseal.isPending} onClick={() => reseal.mutate()}>
            {reseal.isPending ? "Sealing anew …" : "Seal everything anew"}
          </button>
        )}
      </div>
      <Table
        caption="Secrets are kept under the newest of MASTER_KEYS. To replace a key, put a new one before it, then seal everything anew here."
        columns={columns}
        rows={keys}
        keyOf={({ id }) => id}
      />
      <Problem error={reseal.error} />
      {reseal.isPending && <Progress label="Sealed anew" done={progress.done} total={progress.done + progress.left} />}
      {reseal.data !== undefined && (
        <p role="status" className="note good">
          {reseal.data.resealed} secrets were sealed anew, {reseal.data.left} are left
          {reseal.data.lost > 0 && `, and ${reseal.data.lost} cannot be opened: the key that sealed them is missing`}.
        </p>
      )}
    </section>
  );
}

function Standing({ of: { in_ring, opens, newest, secrets, tokens, callbacks_until: until } }: { of: MasterKey }) {
  if (!in_ring) return <span className="badge bad">missing: put it back</span>;
  if (!opens) return <span className="badge bad">another key of this name: put the right one back</span>;
  if (newest) return <span className="badge good">newest</span>;
  if (secrets > 0) return <span className="badge warn">seals secrets</span>;
  if (tokens > 0) return <span className="badge warn">API keys to rotate</span>;
  if (until === null) return <span className="badge">may go</span>;
  return (
    <span className="badge warn">
      callbacks until <Instant at={until} />
    </span>
  );
}
