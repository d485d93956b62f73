import { answerCountsUntil } from "../../domain/campaigns/confirm.ts";
import { timeOfSequence } from "../../domain/ids.ts";
import type { Desk } from "../desk.ts";
import { kindOf, lastAsked, type PersonState, readAsked, saveStates } from "../ledger/campaign-people.ts";
import { type Campaign, saveCampaign } from "../ledger/campaigns.ts";

const blocksAtOnce = 20;

/** Returns until when an answer to the last of a campaign's questions counts, null where nobody is left who was asked; looked up once, when all were. */
export function answersUntil(desk: Desk, campaign: Campaign): number | null {
  if (campaign.confirm === null || readAsked(desk.sql, campaign.n, 1).length === 0) return null;
  if (campaign.answersUntil != null) return campaign.answersUntil;
  const until = answerCountsUntil(campaign.confirm, timeOfSequence(lastAsked(desk.sql, campaign.n)));
  desk.transact(() => saveCampaign(desk.sql, { ...campaign, answersUntil: until }));
  return until;
}

/** Strikes off those who were asked and did not answer, some blocks of them. */
export function closeAsked(desk: Desk, { n }: Campaign): void {
  desk.transact(() => {
    for (const { id, states } of readAsked(desk.sql, n, blocksAtOnce)) {
      const closed = states.map((state): PersonState => (kindOf(state) === "asked" ? "not_confirmed" : state));
      saveStates(desk.sql, id, closed, desk.now());
    }
  });
}
