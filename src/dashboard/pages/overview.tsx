import type { Answer } from "../api.ts";
import { KeyFigures } from "../parts/figures.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { PublicUrl } from "../parts/public-url.tsx";
import { Reading } from "../parts/reading.tsx";
import { SetupList } from "../parts/setup-list.tsx";
import { type Column, Table } from "../parts/table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { Verdict } from "../parts/verdict.tsx";
import { useKeys } from "../queries/keys.ts";
import { useSession } from "../queries/session.ts";
import { useStatus } from "../queries/status.ts";

type PoolStatus = Answer<"getStatus">["pools"][number];

const noAnswer = "no answer";
const columns: readonly [Column<PoolStatus>, ...Column<PoolStatus>[]] = [
  { head: "API key", cell: ({ name }) => <bdi>{name}</bdi> },
  { head: "Waiting", kind: "number", cell: ({ waiting }) => waiting ?? noAnswer },
  { head: "Unknown", kind: "number", cell: ({ unknown }) => unknown ?? noAnswer },
  { head: "Webhooks owed", kind: "number", cell: ({ owed }) => owed ?? noAnswer },
  { head: "Last used", cell: ({ last_used_at: at }) => (at === null ? "never" : <TimeAgo at={at} />) },
];

/** Whether all is in order, what a newcomer does next, what was carried, and what each key holds back. */
export function Overview() {
  const { data: status, error } = useStatus();
  const { data: session } = useSession();
  const { data: keys } = useKeys();
  if (status === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  const living = keys?.api_keys.filter((key) => key.status !== "revoked") ?? [];
  return (
    <>
      <PageHead
        title="Overview"
        actions={session?.sandbox_only === true && <span className="badge">sandbox only: nobody is reached</span>}
      >
        Version {status.version}
      </PageHead>
      <Problem error={error} />
      <PublicUrl />
      <Verdict status={status} />
      <SetupList />
      {living.length > 0 && <KeyFigures keys={living} />}
      {status.pools.length > 0 && (
        <Table
          caption="What each API key holds back. Unknown: the carrier's answer was lost, and it is being found out."
          columns={columns}
          rows={status.pools.toSorted((left, right) => (right.last_used_at ?? 0) - (left.last_used_at ?? 0))}
          keyOf={(pool) => pool.api_key_id}
        />
      )}
      {status.next_after !== null && <p className="quiet">These are the first 40 keys; API Keys has them all.</p>}
    </>
  );
}
