import type { FormEvent } from "react";
import { type Campaign, useCampaignPreview, useTestCampaign } from "../../queries/campaigns.ts";
import { TextField } from "../field.tsx";
import { PhoneNumber } from "../phone-number.tsx";
import { Problem } from "../problem.tsx";
import { Reading } from "../reading.tsx";
import { Table } from "../table.tsx";

type Props = { names: { apiKeyId: string; campaignId: string }; campaign: Campaign };

/** What the first ten would get, from which number and in how many parts; and one message to whoever tries it. */
export function CampaignPreview({ names, campaign }: Props) {
  const { text, attachments, audience, double_opt_in: asked } = campaign;
  const { data, error } = useCampaignPreview(names, JSON.stringify([text, attachments, audience, asked]));
  return (
    <section className="card" aria-labelledby="campaign-preview">
      <h3 id="campaign-preview">What they would get</h3>
      <Problem error={error} />
      {data === undefined && error === null && <Reading />}
      {data !== undefined && (
        <>
          <p>
            {data.total.toLocaleString("en")} messages, {data.estimated_parts.toLocaleString("en")} parts in all
            {data.question_parts !== undefined && (
              <>, and {data.question_parts.toLocaleString("en")} of the question that comes first</>
            )}
            .
          </p>
          <Table
            caption="The first ten"
            columns={[
              { head: "To", cell: ({ to }) => <PhoneNumber address={to} /> },
              { head: "Text", kind: "wide", cell: (person) => <bdi>{person.text}</bdi> },
              { head: "Parts", kind: "number", cell: (person) => person.number_of_message_parts },
              {
                head: "From",
                cell: ({ from_number: from, reason }) =>
                  reason === null ? from !== null && <PhoneNumber address={from} /> : reason.replaceAll("_", " "),
              },
            ]}
            rows={data.people}
            keyOf={({ line }) => String(line)}
          />
        </>
      )}
      <TryIt names={names} />
    </section>
  );
}

function TryIt({ names }: Pick<Props, "names">) {
  const { mutate, data, error, isPending } = useTestCampaign(names);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutate(String(new FormData(event.currentTarget).get("to")).trim());
  }
  return (
    <>
      <form className="row" onSubmit={submit}>
        <TextField label="Send one to yourself" name="to" type="tel" required placeholder="+15551234567" />
        <button type="submit" className="second" disabled={isPending}>
          Send the test
        </button>
      </form>
      <Problem error={error} />
      {data !== undefined && (
        <p className="note good" role="status">
          On its way from {data.from_number}: <bdi>{data.text}</bdi>
        </p>
      )}
    </>
  );
}
