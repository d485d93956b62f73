import { Link } from "@tanstack/react-router";
import { accountOf, checkName, describeChecks } from "../doctor-text.ts";
import { CopyText } from "../parts/copy.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { Table } from "../parts/table.tsx";
import { useAccounts } from "../queries/macs.ts";
import { useStatus } from "../queries/status.ts";

/** Every check that the gateway makes of itself, with how to mend what is amiss; all of it can be copied for somebody else. */
export function Doctor() {
  const { data: status, error, refetch, isFetching } = useStatus();
  const accounts = useAccounts().data?.integrations ?? [];
  if (status === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  const wrong = status.checks.filter(({ ok }) => !ok).length;
  const names = [
    ...status.pools.map((pool) => ({ name: pool.name, id: pool.api_key_id })),
    ...accounts.map((account) => ({ name: account.name, id: account.integration_id })),
  ];
  return (
    <>
      <PageHead
        title="Doctor"
        actions={
          <>
            <CopyText text={describeChecks(status, names)} words="Copy as text" />
            <button type="button" disabled={isFetching} onClick={() => refetch()}>
              Check again
            </button>
          </>
        }
      >
        What the gateway finds when it looks at itself. The text to copy holds no name, number or address of anybody.
      </PageHead>
      <Problem error={error} />
      <Table
        caption={
          wrong === 0 ? "All in order." : `${wrong} of ${status.checks.length} ${wrong === 1 ? "needs" : "need"} you.`
        }
        columns={[
          { head: "Check", cell: ({ name }) => <bdi>{checkName(name)}</bdi> },
          {
            head: "Result",
            kind: "plain",
            cell: ({ ok }) => <span className={`badge ${ok ? "good" : "bad"}`}>{ok ? "in order" : "needs you"}</span>,
          },
          {
            head: "Detail",
            kind: "wide",
            cell: ({ name, ok, detail, help }) => (
              <>
                <span className="text">{detail}</span>
                {help !== null && (
                  <p className="small">
                    <strong>To mend it:</strong> <span className="text">{help}</span>
                  </p>
                )}
                {!ok && <AccountLink name={name} />}
              </>
            ),
          },
        ]}
        rows={status.checks.toSorted((left, right) => Number(left.ok) - Number(right.ok))}
        keyOf={({ name }) => name}
      />
      <p className="quiet small">Version {status.version}</p>
    </>
  );
}

function AccountLink({ name }: { name: string }) {
  const integrationId = accountOf(name);
  if (integrationId === null) return null;
  return (
    <p className="small">
      <Link to="/integrations/$integrationId" params={{ integrationId }}>
        Open the account
      </Link>
    </p>
  );
}
