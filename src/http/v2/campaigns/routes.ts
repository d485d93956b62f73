import type { Hono } from "hono";
import type { CampaignAnswers, CampaignCall } from "../../../domain/campaigns/campaign.ts";
import type { Result } from "../../../domain/failure.ts";
import { askPool } from "../../../flows/ask-pool.ts";
import { mountCampaignsAt } from "../../campaigns/mount.ts";
import { apiKeyGuard, credentialOf, type Edge } from "../../edge.ts";
import * as operations from "./contract.ts";

/** Registers a key's own campaigns. */
export function mountCampaigns(router: Hono<Edge>): void {
  mountCampaignsAt(router, operations, {
    ask:
      (c) =>
      async <K extends CampaignCall["kind"]>(call: Extract<CampaignCall, { kind: K }>) => {
        const credential = credentialOf(c);
        const answer = await askPool(c.get("deps"), credential.keyId, (pool) => pool.callCampaign(credential, call));
        // The pool answers each kind of call with that kind's answer.
        return answer as Result<CampaignAnswers[K]>;
      },
    guard: apiKeyGuard,
  });
}
