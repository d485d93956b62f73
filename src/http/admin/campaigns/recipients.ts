import type { Context, Hono } from "hono";
import { fail, type Result } from "../../../domain/failure.ts";
import { type AddedRecipients, addFile, addRecipients, addTagged } from "../../../flows/campaigns/add-recipients.ts";
import type { AskCampaign } from "../../../flows/campaigns/load-audience.ts";
import { readJson } from "../../body.ts";
import { toPreviewRows } from "../../campaigns/answers.ts";
import { answerResults } from "../../campaigns/mount.ts";
import { Recipients } from "../../campaigns/schemas.ts";
import { adminGuard, type Edge } from "../../edge.ts";
import { mount } from "../../mount.ts";
import { check } from "../../validate.ts";
import { addKeyCampaignRecipients, getKeyCampaignResultsFile, previewKeyCampaignRows } from "./contract.ts";

/** How many of those who wait are previewed. */
const previewed = 10;

/** Registers what the admin has of campaigns besides what the key itself has: lists in pieces, a preview by rows, and the results as a file. */
export function mountRecipients(router: Hono<Edge>, ask: (c: Context<Edge>) => AskCampaign): void {
  mount(
    router,
    addKeyCampaignRecipients,
    async ({ params: { campaignId }, query: { to }, reply }, c) => {
      const added = await take(ask(c), c.req.raw, campaignId, to);
      if (!added.ok) return added;
      const { rejectedTotal, ...answer } = added.value;
      return reply(200, { ...answer, rejected_total: rejectedTotal });
    },
    adminGuard,
  );

  mount(
    router,
    previewKeyCampaignRows,
    async ({ params: { campaignId: id }, reply }, c) => {
      const shown = await ask(c)<"preview">({ kind: "preview", id, limit: previewed, offset: 0 });
      if (!shown.ok) return shown;
      const campaign = await ask(c)<"read">({ kind: "read", id });
      return campaign.ok ? reply(200, toPreviewRows(shown.value, campaign.value)) : campaign;
    },
    adminGuard,
  );

  mount(
    router,
    getKeyCampaignResultsFile,
    ({ params: { campaignId } }, c) => answerResults(ask(c), campaignId),
    adminGuard,
  );
}

async function take(
  ask: AskCampaign,
  request: Request,
  id: string,
  to: string | undefined,
): Promise<Result<AddedRecipients>> {
  const { maxBytes } = addKeyCampaignRecipients.file;
  const type = (request.headers.get("Content-Type") ?? "").toLowerCase();
  if (/^text\/csv\s*(?:;|$)/.test(type)) return addFile(ask, id, request.body, { maxBytes, to });
  if (!/^application\/json\s*(?:;|$)/.test(type)) {
    return fail("unsupported_media_type", "Send a file as text/csv, or recipients or a tag as application/json.");
  }
  const read = await readJson(request, maxBytes);
  if (!read.ok) return read;
  const body = check("body", Recipients, read.value.value);
  if (!body.ok) return body;
  return "tag" in body.value ? addTagged(ask, id, body.value.tag) : addRecipients(ask, id, body.value.recipients);
}
