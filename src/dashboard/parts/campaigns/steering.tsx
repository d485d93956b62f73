import { useState } from "react";
import { type Campaign, useStartCampaign, useSteerCampaign } from "../../queries/campaigns.ts";
import { Confirm } from "../confirm.tsx";
import { TextField } from "../field.tsx";
import { Problem } from "../problem.tsx";

type Props = { names: { apiKeyId: string; campaignId: string }; campaign: Campaign };

/** Starts a campaign, now or at a time, after saying how many are written to; pauses, resumes and cancels it. */
export function CampaignSteering({ names, campaign }: Props) {
  const steer = useSteerCampaign(names);
  const [asked, ask] = useState<"start" | "cancel" | null>(null);
  const close = () => ask(null);
  const { state } = campaign;
  return (
    <>
      <Problem error={steer.error} />
      <div className="row end">
        {(state === "running" || state === "scheduled") && (
          <button type="button" className="second" onClick={() => steer.mutate("pauseKeyCampaign")}>
            Pause the campaign
          </button>
        )}
        {state === "paused" && (
          <button type="button" onClick={() => steer.mutate("resumeKeyCampaign")}>
            Resume the campaign
          </button>
        )}
        {mayCancel(campaign) && (
          <button type="button" className="danger" onClick={() => ask("cancel")}>
            Cancel the campaign
          </button>
        )}
        {state === "draft" && (
          <button type="button" disabled={campaign.progress.waiting === 0} onClick={() => ask("start")}>
            Start
          </button>
        )}
      </div>
      {asked === "start" && <Start names={names} campaign={campaign} onClose={close} />}
      {asked === "cancel" && (
        <Confirm
          title="Cancel this campaign?"
          action="Cancel it"
          isBusy={steer.isPending}
          error={steer.error}
          onConfirm={() => steer.mutate("cancelKeyCampaign", { onSuccess: close })}
          onClose={close}
        >
          <p>
            {campaign.progress.waiting.toLocaleString("en")} people are then not written to, what waits to leave is
            cancelled, and it cannot be resumed.
          </p>
        </Confirm>
      )}
    </>
  );
}

/** What is completed is through its list; something of it may still wait to leave. */
function mayCancel({ state, numbers }: Campaign): boolean {
  if (state === "completed") return (numbers.statuses.queued ?? 0) > 0;
  return state === "running" || state === "scheduled" || state === "paused";
}

function Start({ names, campaign, onClose }: Props & { onClose: () => void }) {
  const { mutate, error, isPending } = useStartCampaign(names);
  const [time, setTime] = useState("");
  const people = `${campaign.progress.waiting.toLocaleString("en")} people`;
  return (
    <Confirm
      title={`Write to ${people}?`}
      action={time === "" ? "Start now" : "Start then"}
      isBusy={isPending}
      error={error}
      onConfirm={() => mutate(time === "" ? null : new Date(time).getTime(), { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>Its text and its list are settled then. You can pause or cancel it at any time.</p>
      <TextField
        label="Start at"
        type="datetime-local"
        value={time}
        onChange={({ target }) => setTime(target.value)}
        hint="By the clock of this computer. Nothing: now."
      />
    </Confirm>
  );
}
