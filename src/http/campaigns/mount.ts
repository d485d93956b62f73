import type { Context, Hono } from "hono";
import { type CampaignPlan, type CampaignView, plainPlan } from "../../domain/campaigns/campaign.ts";
import { fail, type Result } from "../../domain/failure.ts";
import { listResults } from "../../flows/campaigns/list-results.ts";
import { type AskCampaign, checkAudience, loadAudience, loadTagged } from "../../flows/campaigns/load-audience.ts";
import type { Edge } from "../edge.ts";
import { type Guard, mount } from "../mount.ts";
import { paginate } from "../shapes/paging.ts";
import type { campaignOperations } from "../v2/campaigns/contract.ts";
import { toCampaign, toDetail, toPlan, toPreview } from "./answers.ts";

type Own = (typeof campaignOperations)[number];
/** The calls about campaigns by the names that the key's own have. */
export type CampaignOperations = { [Id in Own["id"]]: Extract<Own, { id: Id }> };
/** Who asks, and which pool. */
type Door = { ask: (c: Context<Edge>) => AskCampaign; guard: Guard<Edge> };

/** Registers campaigns, for the key itself or for the admin. */
export function mountCampaignsAt(router: Hono<Edge>, operations: CampaignOperations, door: Door): void {
  mountKeeping(router, operations, door);
  mountListing(router, operations, door);
  mountLooking(router, operations, door);
  mountSteering(router, operations, door);
}

function mountKeeping(router: Hono<Edge>, operations: CampaignOperations, { ask, guard }: Door): void {
  mount(
    router,
    operations.listCampaigns,
    async ({ query, reply }, c) => {
      const page = await ask(c)<"list">({ kind: "list", ...query });
      if (!page.ok) return page;
      const { campaigns, total } = page.value;
      // One at a time: what a pool is asked meanwhile does not wait until all of them are counted.
      const counted = [];
      for (const { id } of campaigns) {
        const read = await ask(c)<"read">({ kind: "read", id });
        if (read.ok) counted.push(toDetail(read.value));
        else if (read.failure.code !== "not_found") return read;
      }
      return reply(200, { campaigns: counted, pagination: paginate(query, total) });
    },
    guard,
  );

  mount(
    router,
    operations.createCampaign,
    async ({ body, reply }, c) => {
      const plan: CampaignPlan = { ...plainPlan, ...toPlan(body), name: body.name };
      const made = await ask(c)<"create">({ kind: "create", plan, startAt: body.start_at ?? null });
      return made.ok ? reply(201, toCampaign(made.value)) : made;
    },
    guard,
  );

  mount(
    router,
    operations.updateCampaign,
    async ({ params: { campaignId: id }, body, reply }, c) => {
      const changed = await ask(c)<"update">({ kind: "update", id, change: toPlan(body), ...startOf(body) });
      if (!changed.ok) return changed;
      const checked = await checkAndRead(ask(c), changed.value);
      return checked.ok ? reply(200, toCampaign(checked.value)) : checked;
    },
    guard,
  );

  mount(
    router,
    operations.deleteCampaign,
    async ({ params: { campaignId: id }, reply }, c) => {
      const gone = await ask(c)<"delete">({ kind: "delete", id });
      return gone.ok ? reply(200, { success: true, deleted_at: gone.value.deletedAt }) : gone;
    },
    guard,
  );
}

function startOf({ start_at: startAt }: { start_at?: number | null | undefined }) {
  return startAt === undefined ? {} : { startAt };
}

async function checkAndRead(ask: AskCampaign, campaign: CampaignView): Promise<Result<CampaignView>> {
  if (campaign.audience.state !== "checking") return { ok: true, value: campaign };
  const checked = await checkAudience(ask, campaign.id);
  return checked.ok ? ask<"read">({ kind: "read", id: campaign.id }) : checked;
}

function mountListing(router: Hono<Edge>, operations: CampaignOperations, { ask, guard }: Door): void {
  mount(
    router,
    operations.uploadCampaignAudience,
    async ({ params: { campaignId }, reply }, c) => {
      const type = (c.req.header("Content-Type") ?? "").toLowerCase();
      if (/^(?:multipart\/|application\/json)/.test(type)) {
        return fail("unsupported_media_type", "Send the file itself as the body, as text/csv.");
      }
      const { maxBytes } = operations.uploadCampaignAudience.file;
      const loaded = await loadAudience(ask(c), campaignId, c.req.raw.body, maxBytes);
      return loaded.ok ? reply(200, toCampaign(loaded.value)) : loaded;
    },
    guard,
  );

  mount(
    router,
    operations.tagCampaignAudience,
    async ({ params: { campaignId }, body, reply }, c) => {
      const loaded = await loadTagged(ask(c), campaignId, body.tag);
      return loaded.ok ? reply(200, toCampaign(loaded.value)) : loaded;
    },
    guard,
  );
}

function mountLooking(router: Hono<Edge>, operations: CampaignOperations, { ask, guard }: Door): void {
  mount(
    router,
    operations.getCampaign,
    async ({ params: { campaignId: id }, reply }, c) => {
      const found = await ask(c)<"read">({ kind: "read", id });
      return found.ok ? reply(200, toDetail(found.value)) : found;
    },
    guard,
  );

  mount(
    router,
    operations.previewCampaign,
    async ({ params: { campaignId: id }, query, reply }, c) => {
      const shown = await ask(c)<"preview">({ kind: "preview", id, ...query });
      return shown.ok ? reply(200, toPreview(shown.value)) : shown;
    },
    guard,
  );

  mount(
    router,
    operations.testCampaign,
    async ({ params: { campaignId: id }, body, reply }, c) => {
      const sent = await ask(c)<"test">({ kind: "test", id, to: body.to });
      if (!sent.ok) return sent;
      const { messageId, fromNumber, text, parts } = sent.value;
      return reply(202, { message_id: messageId, from_number: fromNumber, text, number_of_message_parts: parts });
    },
    guard,
  );

  mount(
    router,
    operations.getCampaignResults,
    ({ params: { campaignId } }, c) => answerResults(ask(c), campaignId),
    guard,
  );
}

/** Answers with the results of a campaign as a file. */
export async function answerResults(ask: AskCampaign, id: string) {
  const lines = await listResults(ask, id);
  if (!lines.ok) return lines;
  const headers = {
    "Content-Type": "text/csv; charset=utf-8",
    "Content-Disposition": `attachment; filename="${id.replace(/\W/g, "")}.csv"`,
  };
  return new Response(lines.value, { headers });
}

function mountSteering(router: Hono<Edge>, operations: CampaignOperations, { ask, guard }: Door): void {
  mount(
    router,
    operations.startCampaign,
    async ({ params: { campaignId: id }, body, reply }, c) => {
      const checked = await checkAudience(ask(c), id);
      if (!checked.ok) return checked;
      const started = await ask(c)<"start">({ kind: "start", id, at: body.send_at ?? null });
      return started.ok ? reply(200, toCampaign(started.value)) : started;
    },
    guard,
  );

  const steer = { pauseCampaign: "pause", resumeCampaign: "resume", cancelCampaign: "cancel" } as const;
  for (const name of ["pauseCampaign", "resumeCampaign", "cancelCampaign"] as const) {
    mount(
      router,
      operations[name],
      async ({ params: { campaignId: id }, reply }, c) => {
        const steered = await ask(c)<"pause">({ kind: steer[name] as "pause", id });
        return steered.ok ? reply(200, toCampaign(steered.value)) : steered;
      },
      guard,
    );
  }
}
