import type { FormEvent } from "react";
import { addressOf } from "../../api.ts";
import { type Campaign, useGivePeople } from "../../queries/campaigns.ts";
import { Field, TextField } from "../field.tsx";
import { Problem } from "../problem.tsx";

type Props = { names: { apiKeyId: string; campaignId: string }; campaign: Campaign };

const reasons: Record<string, string> = {
  not_a_number: "no phone number",
  not_a_person: "an e-mail address or a group",
  duplicate: "stands twice",
  opted_out: "opted out",
  country_not_allowed: "a country that this key may not send to",
  own_number: "a number of this key",
  no_reply: "never answered",
  field_empty: "a field that the text needs is empty",
  text_too_long: "the text gets too long",
  row_too_long: "the row is too long",
  opt_in_unreadable: "when they agreed cannot be read",
};

/** Who is in a campaign's list, who is left out and why; a draft is given its list here. */
export function CampaignAudience({ names, campaign }: Props) {
  const { audience, progress } = campaign;
  const rejected = Object.entries(audience.rejected);
  return (
    <section className="card" aria-labelledby="campaign-people">
      <h3 id="campaign-people">To whom</h3>
      {audience.state === "none" && <p className="quiet">Nobody is in its list yet.</p>}
      {audience.state === "loading" && (
        <p className="note warn">The list is being read, or did not come in whole: then give it again.</p>
      )}
      {audience.rows > 0 && (
        <p role="status">
          {audience.rows.toLocaleString("en")} rows
          {audience.tag !== null && (
            <>
              {" "}
              with the tag <bdi>{audience.tag}</bdi>
            </>
          )}
          , {progress.rejected.toLocaleString("en")} left out. Fields: {audience.fields.join(", ") || "none"}.
        </p>
      )}
      {rejected.length > 0 && (
        <ul>
          {rejected.map(([reason, count]) => (
            <li key={reason}>
              {count.toLocaleString("en")}: {reasons[reason] ?? reason}
            </li>
          ))}
        </ul>
      )}
      {audience.rows > 0 && (
        <p>
          <a href={addressOf("getKeyCampaignResults", names)} download>
            Every row and what became of it, as CSV
          </a>
        </p>
      )}
      {campaign.state === "draft" && <GivePeople names={names} />}
    </section>
  );
}

function GivePeople({ names }: Pick<Props, "names">) {
  const { mutate, error, isPending } = useGivePeople(names);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutate({ tag: String(new FormData(event.currentTarget).get("tag")).trim() });
  }
  return (
    <>
      <Field label="A CSV file" hint="A line of headings, with phone or number among them; at most 100,000 rows.">
        {(wiring) => (
          <input
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            disabled={isPending}
            {...wiring}
            onChange={({ target }) => {
              const file = target.files?.[0];
              if (file !== undefined) mutate({ file });
            }}
          />
        )}
      </Field>
      <form className="row" onSubmit={submit}>
        <TextField label="Or everybody with the tag" name="tag" dir="auto" required maxLength={64} autoComplete="off" />
        <button type="submit" className="second" disabled={isPending}>
          Take them
        </button>
      </form>
      {isPending && <p role="status">Reading the list …</p>}
      <Problem error={error} />
    </>
  );
}
