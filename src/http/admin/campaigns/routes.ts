import type { Context, Hono } from "hono";
import type { CampaignAnswers, CampaignCall } from "../../../domain/campaigns/campaign.ts";
import type { Result } from "../../../domain/failure.ts";
import type { AskCampaign } from "../../../flows/campaigns/load-audience.ts";
import { type CampaignOperations, mountCampaignsAt } from "../../campaigns/mount.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { campaignOperations } from "../../v2/campaigns/contract.ts";
import { askKey } from "../ask-key.ts";
import { keyCampaignOperations } from "./contract.ts";
import { mountRecipients } from "./recipients.ts";

/** The calls of `contract.ts` by the names that the key's own have; of those they differ in door and path alone. */
const operations = Object.fromEntries(
  campaignOperations.map(({ id }, at) => [id, keyCampaignOperations[at]]),
) as unknown as CampaignOperations;

/** Registers a key's campaigns as the admin keeps them: the same shapes that the key itself gets. */
export function mountKeyCampaigns(router: Hono<Edge>): void {
  mountCampaignsAt(router, operations, { ask, guard: adminGuard });
  mountRecipients(router, ask);
}

function ask(c: Context<Edge>): AskCampaign {
  return async <K extends CampaignCall["kind"]>(call: Extract<CampaignCall, { kind: K }>) => {
    const keyId = c.req.param("apiKeyId") ?? "";
    const answer = await askKey(c.get("deps"), keyId, (pool) => pool.callCampaign(null, call));
    // The pool answers each kind of call with that kind's answer.
    return answer as Result<CampaignAnswers[K]>;
  };
}
