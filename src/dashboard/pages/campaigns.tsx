import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { Empty } from "../parts/empty.tsx";
import { TextArea, TextField } from "../parts/field.tsx";
import { FoundRows } from "../parts/found-rows.tsx";
import { KeyFrame } from "../parts/keys/key-frame.tsx";
import { Problem } from "../parts/problem.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import type { Column } from "../parts/table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { type ListedCampaign, useCampaigns, useCreateCampaign } from "../queries/campaigns.ts";

/** What a key sends to whole lists: every campaign, and a new one. */
export function Campaigns() {
  return <KeyFrame>{(key) => <CampaignList key={key.api_key_id} apiKeyId={key.api_key_id} />}</KeyFrame>;
}

function CampaignList({ apiKeyId }: { apiKeyId: string }) {
  const [isMaking, setMaking] = useState(false);
  const query = useCampaigns(apiKeyId);
  return (
    <>
      <div className="row apart">
        <p className="quiet">One text for a list of people, sent as fast as the numbers may.</p>
        <button type="button" onClick={() => setMaking(true)}>
          New campaign
        </button>
      </div>
      <FoundRows
        query={query}
        rowsOf={(page) => page.campaigns}
        order="newest first"
        columns={columnsOf(apiKeyId)}
        keyOf={(one) => one.campaign_id}
        empty={
          <Empty title="No campaign yet">
            <p>A campaign begins as a draft: you see who would get what before anything is sent.</p>
          </Empty>
        }
      />
      {isMaking && <NewCampaign apiKeyId={apiKeyId} onClose={() => setMaking(false)} />}
    </>
  );
}

function columnsOf(apiKeyId: string): [Column<ListedCampaign>, ...Column<ListedCampaign>[]] {
  return [
    {
      head: "Campaign",
      cell: ({ campaign_id: campaignId, name }) => (
        <Link to="/keys/$apiKeyId/campaigns/$campaignId" params={{ apiKeyId, campaignId }}>
          <bdi>{name}</bdi>
        </Link>
      ),
    },
    { head: "State", kind: "plain", cell: ({ state }) => <StatusBadge status={state} /> },
    { head: "People", kind: "number", cell: ({ audience }) => audience.rows.toLocaleString("en") },
    { head: "Written to", kind: "number", cell: ({ progress }) => progress.taken.toLocaleString("en") },
    { head: "Made", cell: ({ created_at: at }) => <TimeAgo at={at} /> },
  ];
}

function NewCampaign({ apiKeyId, onClose }: { apiKeyId: string; onClose: () => void }) {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useCreateCampaign(apiKeyId);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate(
      { name: String(form.get("name")), text: String(form.get("text")) },
      {
        onSuccess: ({ campaign_id: campaignId }) =>
          navigate({ to: "/keys/$apiKeyId/campaigns/$campaignId", params: { apiKeyId, campaignId } }),
      },
    );
  }
  return (
    <Dialog title="New campaign" onClose={onClose}>
      <form onSubmit={submit}>
        <TextField label="Name" name="name" dir="auto" required maxLength={100} autoComplete="off" />
        <TextArea label="Text" name="text" required hint="With fields, for example Hi {first_name|there}." />
        <Problem error={error} />
        <div className="row end">
          <button type="submit" disabled={isPending}>
            {isPending ? "Making …" : "Make the draft"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
