import { env } from "cloudflare:workers";
import {
  type CampaignAnswers,
  type CampaignCall,
  type CampaignPlan,
  plainPlan,
} from "../../../src/domain/campaigns/campaign.ts";
import type { Result } from "../../../src/domain/failure.ts";
import { newPerson, type Pool } from "./pool.ts";

const plan: CampaignPlan = { ...plainPlan, name: "Spring", text: "Hello {first_name|there}" };

/** Asks a pool about its campaigns, as the admin. */
export async function askCampaign<K extends CampaignCall["kind"]>(
  pool: Pick<Pool, "id">,
  call: Extract<CampaignCall, { kind: K }>,
): Promise<Result<CampaignAnswers[K]>> {
  const answer: unknown = await env.POOLS.getByName(pool.id).callCampaign(null, call);
  return answer as Result<CampaignAnswers[K]>;
}

/** As `askCampaign`, where it must go well. */
export async function doCampaign<K extends CampaignCall["kind"]>(
  pool: Pick<Pool, "id">,
  call: Extract<CampaignCall, { kind: K }>,
): Promise<CampaignAnswers[K]> {
  const answer = await askCampaign<K>(pool, call);
  if (!answer.ok) throw new Error(`${call.kind}: ${answer.failure.code} ${answer.failure.message}`);
  return answer.value;
}

/** Makes a draft and returns its id. */
export async function draftCampaign(pool: Pick<Pool, "id">, wishes: Partial<CampaignPlan> = {}): Promise<string> {
  return (await doCampaign<"create">(pool, { kind: "create", plan: { ...plan, ...wishes } })).id;
}

/** Gives a campaign its people, by numbers or by numbers with fields, and returns it as it then is. */
export async function give(
  pool: Pick<Pool, "id">,
  id: string,
  people: readonly (string | [to: string, ...values: string[]])[],
  fields: string[] = ["first_name"],
) {
  const { load } = await doCampaign<"begin_audience">(pool, { kind: "begin_audience", id, tag: null, fields });
  const rows = people.map((person, at) => {
    const [to, ...values] = typeof person === "string" ? [person, ...fields.map(() => "")] : person;
    return { line: at + 2, to, values };
  });
  for (let start = 0; start < rows.length; start += 500) {
    await doCampaign<"add_people">(pool, { kind: "add_people", id, load, people: rows.slice(start, start + 500) });
  }
  return doCampaign<"end_audience">(pool, { kind: "end_audience", id, load });
}

/** Returns so many people whom no other test of the file has written to. */
export function newPeople(count: number): string[] {
  return Array.from({ length: count }, () => newPerson());
}

/** Makes a campaign with people, and starts it. */
export async function runCampaign(
  pool: Pick<Pool, "id">,
  people: readonly (string | [string, ...string[]])[],
  wishes: Partial<CampaignPlan> = {},
): Promise<string> {
  const id = await draftCampaign(pool, wishes);
  await give(pool, id, people);
  await doCampaign<"start">(pool, { kind: "start", id, at: null });
  return id;
}

/** Returns a campaign with its numbers. */
export function readCampaign(pool: Pick<Pool, "id">, id: string) {
  return doCampaign<"read">(pool, { kind: "read", id });
}

/** Returns what became of everybody in a campaign. */
export async function resultsOf(pool: Pick<Pool, "id">, id: string) {
  const people: CampaignAnswers["results"]["people"] = [];
  for (let part: number | null = 0; part !== null; ) {
    const page: CampaignAnswers["results"] = await doCampaign<"results">(pool, { kind: "results", id, part });
    people.push(...page.people);
    part = page.next;
  }
  return people;
}
