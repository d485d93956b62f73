import {
  type CampaignCall,
  type CampaignPlan,
  type CampaignState,
  type CampaignView,
  mostCampaigns,
} from "../../domain/campaigns/campaign.ts";
import { refuseWords } from "../../domain/campaigns/confirm.ts";
import { fieldsOf, readTemplate } from "../../domain/campaigns/template.ts";
import { fail, ok, type Result } from "../../domain/failure.ts";
import { readRowId, rowId } from "../../domain/ids.ts";
import { readPhoneNumber } from "../../domain/phone.ts";
import { judgeSendAt } from "../../domain/send-time.ts";
import { tellWait } from "../../domain/waiting.ts";
import type { Desk } from "../desk.ts";
import { deletePeople, readProgress } from "../ledger/campaign-people.ts";
import {
  type Campaign,
  countCampaigns,
  deleteCampaign,
  emptyAudience,
  findCampaign,
  insertCampaign,
  pageCampaigns,
  saveCampaign,
} from "../ledger/campaigns.ts";
import { refuseByKey } from "../numbers/choose.ts";
import { heldOf } from "../sending/next.ts";
import { wayOf } from "../sending/waiting.ts";

/** Returns a campaign by its id, or `not_found`. */
export function findById(desk: Desk, id: string): Result<Campaign> {
  const n = readRowId("cmp", id, desk.tag);
  const campaign = n === null ? null : findCampaign(desk.sql, n);
  return campaign === null ? fail("not_found", "Campaign not found.") : ok(campaign);
}

/** Returns the id of a campaign. */
export function idOf(desk: Desk, n: number): string {
  return rowId("cmp", n, desk.tag);
}

/** Returns a campaign as it is shown. */
export function viewOf(desk: Desk, campaign: Campaign): CampaignView {
  const { n, audience, answersUntil: ___, ...kept } = campaign;
  const { load: _, checkedTo: __, appends: ____, ...shown } = audience;
  const heldBy = campaign.state === "running" ? holderOf(desk, n) : null;
  const progress = readProgress(desk.sql, n);
  const finishesAt = endOf(desk, campaign, { progress, heldBy });
  return { ...kept, id: idOf(desk, n), audience: shown, progress, heldBy, finishesAt };
}

/** By the campaign's own pace and by that of all numbers together, whichever is slower. */
function endOf(desk: Desk, campaign: Campaign, { progress, heldBy }: Pick<CampaignView, "progress" | "heldBy">) {
  if (campaign.endedAt !== null) return campaign.endedAt;
  if (campaign.state !== "running" && campaign.state !== "scheduled") return null;
  if (heldBy !== null && heldBy.until === null) return null;
  const paces = desk.snapshot.numbers.filter(({ isActive }) => isActive).map((number) => number.messagesPerSecond);
  const perSecond = paces.reduce<number>((sum, pace) => sum + (pace ?? Number.POSITIVE_INFINITY), 0);
  const slowest = Math.min(perSecond, (campaign.pacePerMinute ?? Number.POSITIVE_INFINITY) / 60);
  const begins = Math.max(desk.now(), campaign.startAt ?? 0, heldBy?.until ?? 0);
  return slowest === 0 ? null : begins + Math.ceil((progress.waiting / slowest) * 1_000);
}

function holderOf(desk: Desk, n: number): CampaignView["heldBy"] {
  const refusal = refuseByKey(desk);
  const told = desk.feeding.get(n)?.heldBy ?? null;
  if (refusal === null) return told !== null && (told.until ?? desk.now()) >= desk.now() ? told : standstillOf(desk);
  const { code, message } = refusal.failure;
  return { code, message, until: null };
}

/** Where no number of the key lets anything leave no campaign is fed: what holds the one that is free first; null while one of them may send. */
function standstillOf(desk: Desk): CampaignView["heldBy"] {
  const { numbers } = desk.snapshot;
  const held = numbers.map(({ address: number, accountId: account, channel }) => {
    const hold = heldOf(desk, { number, account, due_at: null });
    return hold && { ...hold, message: tellWait({ ...hold, until: null }, wayOf(desk, { channel, account })) };
  });
  if (held.includes(null)) return null;
  const free = ({ at }: { at: number | null }) => at ?? Number.POSITIVE_INFINITY;
  const [first] = held.filter((hold) => hold !== null).sort((one, other) => free(one) - free(other));
  if (first === undefined) return { ...fail("no_numbers_assigned").failure, until: null };
  return { code: first.why, message: first.message, until: first.at };
}

/** Makes a campaign, a draft without people. */
export function createCampaign(desk: Desk, plan: CampaignPlan, wishedAt: number | null): Result<CampaignView> {
  if (countCampaigns(desk.sql) >= mostCampaigns) return fail("campaign_limit_reached");
  const refusal = refusePlan(desk, plan);
  if (refusal !== null) return refusal;
  const startAt = judgeStart(desk, wishedAt);
  if (!startAt.ok) return startAt;
  const times = { createdAt: desk.now(), startAt: startAt.value, startedAt: null, endedAt: null };
  const body = { ...plan, audience: emptyAudience(0), ...times };
  return ok(
    viewOf(
      desk,
      desk.transact(() => insertCampaign(desk.sql, body)),
    ),
  );
}

function refusePlan(desk: Desk, plan: CampaignPlan): ReturnType<typeof fail> | null {
  const { text, attachments, fromNumber, confirm } = plan;
  if (text === null && attachments.length === 0) return fail("missing_content");
  const template = text === null ? null : readTemplate(text);
  if (template?.ok === false) return template;
  const question = confirm === null ? null : readTemplate(confirm.text);
  if (question?.ok === false) return question;
  const words = refuseWords(confirm?.words ?? null);
  if (words !== null) return words;
  if (fromNumber === null) return null;
  const read = readPhoneNumber(fromNumber, desk.snapshot.organization.countryCode, true, "from_number");
  if (!read.ok) return read;
  return desk.findNumber(read.value.address) === null ? fail("from_number_not_owned") : null;
}

/** Null: when it is told to. */
function judgeStart(desk: Desk, at: number | null): Result<number | null> {
  const judged = judgeSendAt(at, desk.now());
  if (judged.ok) return judged;
  const { message, context } = judged.failure;
  const suggestion = context?.suggestion;
  const named = { field: "start_at", ...(suggestion === undefined ? {} : { suggestion }) };
  return fail("invalid_request", message.replaceAll("send_at", "start_at"), named);
}

/** Returns one page of the pool's campaigns, newest first. */
export function listCampaigns(desk: Desk, page: { limit: number; offset: number }) {
  const { campaigns, total } = pageCampaigns(desk.sql, page);
  return ok({ campaigns: campaigns.map((campaign) => viewOf(desk, campaign)), total });
}

const alwaysOpen: readonly string[] = ["name", "pacePerMinute"];
/** What rejects rows of a list, or says in how many parts they leave. */
const judgedBy: readonly string[] = ["text", "attachments", "shortenLinks", "skipSilentMonths", "confirm"];

/**
 * Changes a campaign: once it has started, its name and pace alone. Whoever is in the list already is judged anew where the change may reject others; a new map of
 * columns needs the file again.
 */
export function updateCampaign(
  desk: Desk,
  campaign: Campaign,
  { change, startAt }: Pick<Extract<CampaignCall, { kind: "update" }>, "change" | "startAt">,
): Result<CampaignView> {
  const names = [...Object.keys(change), ...(startAt === undefined ? [] : ["startAt"])];
  if (campaign.state !== "draft" && names.some((name) => !alwaysOpen.includes(name))) {
    return fail("campaign_not_editable", undefined, { state: campaign.state });
  }
  const start = judgeStart(desk, startAt ?? null);
  if (!start.ok) return start;
  const changed: Campaign = { ...campaign, ...change, ...(startAt === undefined ? {} : { startAt: start.value }) };
  const refusal = refusePlan(desk, changed);
  if (refusal !== null) return refusal;
  const needsCheck = judgedBy.some((name) => names.includes(name));
  if (needsCheck && changed.audience.state === "ready") {
    const parts = { text: 0, question: 0 };
    changed.audience = { ...changed.audience, state: "checking", checkedTo: 0, rejected: {}, parts };
  }
  desk.transact(() => saveCampaign(desk.sql, changed));
  if (desk.feeding.has(changed.n)) desk.feeding.delete(changed.n);
  return ok(viewOf(desk, changed));
}

/** Deletes a campaign that never started; of others is kept what they did. */
export function removeCampaign(desk: Desk, campaign: Campaign): Result<{ deletedAt: number }> {
  if (campaign.startedAt !== null || campaign.state === "scheduled") {
    return refuseState(campaign.state, "Only a draft can be deleted.");
  }
  desk.transact(() => {
    deletePeople(desk.sql, campaign.n, true);
    deleteCampaign(desk.sql, campaign.n);
  });
  return ok({ deletedAt: desk.now() });
}

/** Returns the refusal of what a campaign's state does not allow. */
export function refuseState(state: CampaignState, message: string) {
  return fail("campaign_state_conflict", `${message} It is ${state}.`, { state });
}

/** Returns the fields of a campaign's texts that its list does not have and that have nothing to stand in for them. */
export function missingFields({ text, confirm, audience: { fields } }: Campaign): string[] {
  const needed = [text, confirm?.text ?? null].flatMap((one) => {
    const template = one === null ? null : readTemplate(one);
    return template?.ok === true ? fieldsOf(template.value, true) : [];
  });
  return [...new Set(needed)].filter((name) => !fields.includes(name));
}
