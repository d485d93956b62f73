import type { EndpointHealth } from "../../domain/endpoint-health.ts";

/** What the ledger remembers of an endpoint beyond its attempts: a row stands only for one that has failed. */
export type Endpoint = { webhookId: string; totalFailures: number; slow: boolean; health: EndpointHealth };

type EndpointRow = {
  webhook: string;
  total_failures: number;
  failures: number;
  failing_since: number | null;
  last_success: number | null;
  warned_at: number | null;
  probe_at: number | null;
  slow: number;
};

/** Returns every endpoint that has failed, by webhook id: at most 64 of them, read once when the object wakes. */
export function readEndpoints(sql: SqlStorage): Map<string, Endpoint> {
  const rows = sql.exec<EndpointRow>("SELECT * FROM endpoints").toArray();
  return new Map(rows.map((row) => [row.webhook, readEndpointRow(row)]));
}

function readEndpointRow(row: EndpointRow): Endpoint {
  return {
    webhookId: row.webhook,
    totalFailures: row.total_failures,
    slow: row.slow === 1,
    health: {
      failures: row.failures,
      failingSince: row.failing_since,
      lastSuccess: row.last_success,
      warnedAt: row.warned_at,
      probeAt: row.probe_at,
    },
  };
}

/** Writes what is remembered of an endpoint. */
export function saveEndpoint(sql: SqlStorage, endpoint: Endpoint): void {
  const { health } = endpoint;
  sql.exec(
    `INSERT OR REPLACE INTO endpoints (webhook, total_failures, failures, failing_since, last_success, warned_at, probe_at, slow)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    endpoint.webhookId,
    endpoint.totalFailures,
    health.failures,
    health.failingSince,
    health.lastSuccess,
    health.warnedAt,
    health.probeAt,
    endpoint.slow ? 1 : 0,
  );
}
