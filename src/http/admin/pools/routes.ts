import type { Hono } from "hono";
import type { ApiKeyView } from "../../../directory/api-keys.ts";
import { listNumbers } from "../../../directory/numbers.ts";
import { findOrganization } from "../../../directory/organizations.ts";
import type { Candidate } from "../../../domain/message.ts";
import { defaultSelection, type Selection } from "../../../domain/snapshot.ts";
import type { Deps } from "../../../flows/deps.ts";
import { readNumberStats } from "../../../flows/numbers/number-stats.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { askKey, readKey } from "../ask-key.ts";
import { toManagedNumber } from "../numbers/answers.ts";
import { toSelection } from "../organizations/selection-answers.ts";
import * as operations from "./contract.ts";

/** Registers the calls about a key's pool: its numbers and what it would choose. */
export function mountPools(router: Hono<Edge>): void {
  mount(
    router,
    operations.getPool,
    async ({ params, reply }, c) => {
      const deps = c.get("deps");
      const key = await readKey(deps, params.apiKeyId);
      if (!key.ok) return key;
      const { id, protocol } = key.value;
      const [selection, numbers] = await Promise.all([selectionInForce(deps, key.value), readNumbers(deps, id)]);
      return reply(200, { api_key_id: id, protocol, selection: toSelection(selection), numbers });
    },
    adminGuard,
  );

  mount(
    router,
    operations.previewPool,
    async ({ params, body, reply }, c) => {
      const previewed = await askKey(c.get("deps"), params.apiKeyId, (pool) =>
        pool.preview(body.to, body.from_number ?? null),
      );
      if (!previewed.ok) return previewed;
      const { fromNumber, trace } = previewed.value;
      const { reason, note } = trace;
      return reply(200, { from_number: fromNumber, reason, considered: toCandidates(trace.considered), note });
    },
    adminGuard,
  );
}

/** Returns a trace's candidates as answers show them. */
export function toCandidates(considered: Candidate[]) {
  return considered.map(({ phoneNumber, eligible, why }) => ({ phone_number: phoneNumber, eligible, why }));
}

/** The key's own selection, or what its organization says for the protocol of its numbers. */
async function selectionInForce(deps: Deps, key: ApiKeyView): Promise<Selection> {
  if (key.selection !== null) return key.selection;
  const organization = await findOrganization(deps.db, key.organizationId);
  return (organization?.selection ?? defaultSelection)[key.protocol ?? "twilio"];
}

async function readNumbers(deps: Deps, keyId: string) {
  const [rows, stats] = await Promise.all([listNumbers(deps.db, { apiKeyId: keyId }), readNumberStats(deps, [keyId])]);
  return rows.map((row) => {
    const number = stats.get(row.address);
    return {
      ...toManagedNumber(row, number),
      sent_today: number?.sentToday ?? 0,
      queued: number?.queued ?? 0,
      delivery_rate_7d: number?.deliveryRate7d ?? null,
      failure_rate_7d: number?.failureRate7d ?? null,
    };
  });
}
