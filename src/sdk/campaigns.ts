import { type List, makeList } from "./pages.ts";
import type { Answer, Ask, CallOptions, Open } from "./transport.ts";
import type { Calls, Campaign } from "./wire.ts";

type CampaignsPage = Calls["listCampaigns"]["answer"];

/** One text for a list of people. */
export class Campaigns {
  readonly #ask: Ask;
  readonly #open: Open;

  constructor(ask: Ask, open: Open) {
    this.#ask = ask;
    this.#open = open;
  }

  /** Lists the campaigns, newest first. */
  list(query: { limit?: number } = {}, options?: CallOptions): List<CampaignsPage, Campaign> {
    return makeList(
      (offset) =>
        this.#ask("listCampaigns", { query: { ...query, ...(offset === undefined ? {} : { offset }) } }, options),
      (page) => page.campaigns,
    );
  }

  /** Returns a campaign with its progress and numbers. */
  get(campaignId: string, options?: CallOptions): Promise<Answer<"getCampaign">> {
    return this.#ask("getCampaign", { params: { campaignId } }, options);
  }

  /** Makes a draft: nothing is sent before it is started. */
  create(campaign: Calls["createCampaign"]["body"], options?: CallOptions): Promise<Answer<"createCampaign">> {
    return this.#ask("createCampaign", { body: campaign }, options);
  }

  /** Changes a draft; of a campaign that has started its name and pace alone. */
  update(
    campaignId: string,
    change: Calls["updateCampaign"]["body"],
    options?: CallOptions,
  ): Promise<Answer<"updateCampaign">> {
    return this.#ask("updateCampaign", { params: { campaignId }, body: change }, options);
  }

  /** Deletes a draft with its list. */
  delete(campaignId: string, options?: CallOptions): Promise<Answer<"deleteCampaign">> {
    return this.#ask("deleteCampaign", { params: { campaignId } }, options);
  }

  /** Gives a draft its list: CSV as a string, or as a file (`fs.openAsBlob` reads one as it goes). Returns the campaign, which says how many rows are left out and why. */
  async upload(campaignId: string, csv: string | Blob, options?: CallOptions): Promise<Campaign> {
    const file = typeof csv === "string" ? new Blob([csv], { type: "text/csv" }) : csv;
    const answer = await this.#open("PUT", `/campaigns/${encodeURIComponent(campaignId)}/audience`, file, options);
    return (await answer.json()) as Campaign;
  }

  /** Makes everybody with a tag a draft's list. */
  takeTag(campaignId: string, tag: string, options?: CallOptions): Promise<Answer<"tagCampaignAudience">> {
    return this.#ask("tagCampaignAudience", { params: { campaignId }, body: { tag } }, options);
  }

  /** Returns what people of the list would get. */
  preview(
    campaignId: string,
    query: Calls["previewCampaign"]["query"] = {},
    options?: CallOptions,
  ): Promise<Answer<"previewCampaign">> {
    return this.#ask("previewCampaign", { params: { campaignId }, query }, options);
  }

  /** Sends the message to one person who tries it. */
  test(campaignId: string, to: string, options?: CallOptions): Promise<Answer<"testCampaign">> {
    return this.#ask("testCampaign", { params: { campaignId }, body: { to } }, options);
  }

  /** Starts it, now or at `sendAt` (epoch milliseconds). Who starts it second gets `campaign_state_conflict`. */
  start(campaignId: string, sendAt?: number | string, options?: CallOptions): Promise<Answer<"startCampaign">> {
    const body = sendAt === undefined ? {} : { send_at: sendAt };
    return this.#ask("startCampaign", { params: { campaignId }, body }, options);
  }

  /** Holds it where it stands. */
  pause(campaignId: string, options?: CallOptions): Promise<Answer<"pauseCampaign">> {
    return this.#ask("pauseCampaign", { params: { campaignId } }, options);
  }

  /** Lets it go on. */
  resume(campaignId: string, options?: CallOptions): Promise<Answer<"resumeCampaign">> {
    return this.#ask("resumeCampaign", { params: { campaignId } }, options);
  }

  /** Ends it for good: who waits is not written to. */
  cancel(campaignId: string, options?: CallOptions): Promise<Answer<"cancelCampaign">> {
    return this.#ask("cancelCampaign", { params: { campaignId } }, options);
  }

  /** Returns what became of everybody, as CSV that is read as it comes: a line for each row of the list. */
  async results(campaignId: string, options?: CallOptions): Promise<ReadableStream<Uint8Array>> {
    const answer = await this.#open("GET", `/campaigns/${encodeURIComponent(campaignId)}/results`, undefined, options);
    return answer.body ?? new Blob([]).stream();
  }
}
