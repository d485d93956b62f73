import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Key } from "../../queries/key.ts";
import { usePool } from "../../queries/pool.ts";
import { Empty } from "../empty.tsx";
import { Problem } from "../problem.tsx";
import { Reading } from "../reading.tsx";
import { PoolOrder } from "./pool-order.tsx";
import { Preview } from "./preview.tsx";
import type { Selection } from "./shares.ts";
import { StrategyForm } from "./strategy-form.tsx";

/** A key's pool: how it picks, in which order and shares, and what it would pick now. */
export function Pool({ apiKey }: { apiKey: Key }) {
  const { data: pool, error } = usePool(apiKey.api_key_id);
  const [tried, setTried] = useState<Selection | null>(null);
  if (pool === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  return (
    <>
      <Problem error={error} />
      {pool.numbers.length === 0 ? (
        <Empty title="No numbers yet">
          <p>A key sends from the numbers of its pool. Give it some, and it can send.</p>
          <Link to="/numbers" className="button">
            Assign numbers
          </Link>
        </Empty>
      ) : (
        <PoolOrder apiKeyId={apiKey.api_key_id} pool={pool} strategy={(tried ?? pool.selection).strategy} />
      )}
      <StrategyForm apiKey={apiKey} inForce={pool.selection} onTry={setTried} />
      {pool.numbers.length > 0 && <Preview apiKeyId={apiKey.api_key_id} numbers={pool.numbers} />}
    </>
  );
}
