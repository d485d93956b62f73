import type { Hono } from "hono";
import type { ApiKeyView } from "../../../directory/api-keys.ts";
import { listNumbers } from "../../../directory/numbers.ts";
import { findOrganization } from "../../../directory/organizations.ts";
import type { Draft } from "../../../domain/message.ts";
import { defaultSelection, type Selection } from "../../../domain/snapshot.ts";
import type { Deps } from "../../../flows/deps.ts";
import { lineNamer } from "../../../flows/messages/name-line.ts";
import { setOrder } from "../../../flows/numbers/assign.ts";
import { readNumberStats } from "../../../flows/numbers/number-stats.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { previewBody } from "../../v2/messages/preview-body.ts";
import { askKey, readKey } from "../ask-key.ts";
import { toManagedNumber } from "../numbers/answers.ts";
import { toSelection } from "../organizations/selection-answers.ts";
import { toPreview } from "./answers.ts";
import * as operations from "./contract.ts";

/** Registers the calls about a key's pool: its numbers and what it would choose. */
export function mountPools(router: Hono<Edge>): void {
  mount(
    router,
    operations.getPool,
    async ({ params, reply }, c) => {
      const deps = c.get("deps");
      const key = await readKey(deps, params.apiKeyId);
      return key.ok ? reply(200, await readPool(deps, key.value)) : key;
    },
    adminGuard,
  );

  mount(
    router,
    operations.orderPool,
    async ({ params, body, reply }, c) => {
      const deps = c.get("deps");
      const key = await readKey(deps, params.apiKeyId);
      if (!key.ok) return key;
      const ordered = await setOrder(deps, params.apiKeyId, body.phone_numbers, body.seen);
      return ordered.ok ? reply(200, await readPool(deps, key.value)) : ordered;
    },
    adminGuard,
  );

  mount(
    router,
    operations.previewPool,
    async ({ params, body: { to, ...body }, reply }, c) => {
      const deps = c.get("deps");
      const { apiKeyId } = params;
      const ask = (drafts: Draft[]) => askKey(deps, apiKeyId, (pool) => pool.preview(drafts));
      const previewed = await previewBody(to, body, ask, lineNamer(deps, apiKeyId));
      return previewed.ok ? reply(200, toPreview(previewed.value)) : previewed;
    },
    adminGuard,
  );
}

async function readPool(deps: Deps, key: ApiKeyView) {
  const { id, protocol } = key;
  const [selection, numbers] = await Promise.all([selectionInForce(deps, key), readNumbers(deps, id)]);
  return { api_key_id: id, protocol, selection: toSelection(selection), numbers };
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
