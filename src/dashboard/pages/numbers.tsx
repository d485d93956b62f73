import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Empty } from "../parts/empty.tsx";
import { NumberFilters, type NumberSearch, pickNumbers } from "../parts/number-filters.tsx";
import { NumberTable } from "../parts/number-table.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Pager } from "../parts/pager.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { useKeys } from "../queries/keys.ts";
import { useAccounts } from "../queries/macs.ts";
import { useNumbers } from "../queries/numbers.ts";

const shownAtFirst = 100;

/** Every number: how it fares, the API key that it is assigned to, and what can be done with it. The filters stand in the address. */
export function Numbers() {
  const numbers = useNumbers();
  const keys = useKeys();
  const accounts = useAccounts();
  const [shown, setShown] = useState(shownAtFirst);
  const search = useSearch({ strict: false }) as NumberSearch;
  const navigate = useNavigate();
  const error = numbers.error ?? keys.error ?? accounts.error;
  if (numbers.data === undefined || keys.data === undefined || accounts.data === undefined) {
    return error === null ? <Reading /> : <Problem error={error} />;
  }
  const all = numbers.data.numbers;
  const holders = keys.data.api_keys.filter(({ status }) => status !== "revoked");
  const found = pickNumbers(all, search);
  return (
    <>
      <PageHead
        title="Numbers"
        actions={
          <Link className="button second" to="/integrations">
            Import numbers
          </Link>
        }
      >
        A number sends for the API key that it is assigned to, and what people write to it goes to that key's webhooks.
      </PageHead>
      <Problem error={error} />
      {all.length === 0 ? (
        <Empty title="No numbers yet">
          <p>Numbers come from a connected account: connect one, then choose which of its numbers to import.</p>
          <Link className="button" to="/integrations">
            Connect an account
          </Link>
        </Empty>
      ) : (
        <>
          <NumberFilters
            search={search}
            holders={holders}
            accounts={accounts.data.integrations}
            onSearch={(next) => navigate({ to: "/numbers", search: next, replace: true })}
          />
          <NumberTable
            caption={found.length === all.length ? `${all.length} numbers` : `${found.length} of ${all.length} numbers`}
            numbers={found.slice(0, shown)}
            holders={holders}
            accounts={accounts.data.integrations}
          />
          <Pager hasMore={found.length > shown} isBusy={false} onMore={() => setShown(shown + shownAtFirst)} />
        </>
      )}
    </>
  );
}
