import type { FormEvent } from "react";
import { type Campaign, useUpdateCampaign } from "../../queries/campaigns.ts";
import { TextArea, TextField } from "../field.tsx";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";
import { AskingFields, readAsking } from "./asking.tsx";

type Props = { names: { apiKeyId: string; campaignId: string }; campaign: Campaign };

/** What a campaign says and how fast it goes; once it has started, its pace alone is changed, and nothing once it has ended. */
export function CampaignText({ names, campaign }: Props) {
  const { mutate, error, isPending } = useUpdateCampaign(names);
  const notify = useNotice();
  const isDraft = campaign.state === "draft";
  const isOver = campaign.state === "completed" || campaign.state === "cancelled";
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const pace = String(form.get("pace")).trim();
    const media = String(form.get("media") ?? "").trim();
    mutate(
      {
        pace_per_minute: pace === "" ? null : Number(pace),
        ...(isDraft
          ? {
              text: String(form.get("text")),
              attachments: media === "" ? [] : media.split(/\s+/),
              shorten_links: form.get("shorten") !== null,
              ...readAsking(form),
            }
          : {}),
      },
      { onSuccess: () => notify("Saved.") },
    );
  }
  return (
    <section className="card" aria-labelledby="campaign-text">
      <h3 id="campaign-text">What it says</h3>
      <form onSubmit={submit}>
        <TextArea
          label="Text"
          name="text"
          defaultValue={campaign.text ?? ""}
          readOnly={!isDraft}
          hint={isDraft ? "With fields, for example {first_name|there}." : "It has started: its text is settled."}
        />
        {isDraft && (
          <>
            <TextArea
              label="Media"
              name="media"
              rows={1}
              defaultValue={campaign.attachments.join("\n")}
              hint="Public https addresses, one a line."
            />
            <label className="check">
              <input type="checkbox" name="shorten" defaultChecked={campaign.shorten_links} /> Shorten its links, and
              count who follows them
            </label>
            <AskingFields campaign={campaign} />
          </>
        )}
        {!isOver && (
          <>
            <TextField
              label="At most a minute"
              name="pace"
              type="number"
              min={1}
              max={60_000}
              defaultValue={campaign.pace_per_minute ?? ""}
              hint="Nothing: as fast as the numbers may."
            />
            <Problem error={error} />
            <div className="row end">
              <button type="submit" className="second" disabled={isPending}>
                {isPending ? "Saving …" : "Save"}
              </button>
            </div>
          </>
        )}
      </form>
    </section>
  );
}
