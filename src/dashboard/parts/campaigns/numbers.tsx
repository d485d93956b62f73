import type { Campaign } from "../../queries/campaigns.ts";
import { Instant } from "../instant.tsx";
import { Progress } from "../progress.tsx";

/** How far a campaign is, what holds it, and what became of its messages. */
export function CampaignNumbers({ campaign }: { campaign: Campaign }) {
  const { progress, numbers, held_by: held } = campaign;
  const asked = progress.asked ?? 0;
  const total = progress.waiting + asked + progress.taken + progress.refused;
  const counts: [string, number][] = [
    ...(asked > 0 ? ([["asked, no answer yet", asked]] as [string, number][]) : []),
    ...Object.entries(numbers.statuses),
    ["parts", numbers.parts],
    ["followed a link", numbers.clicked],
    ["answered", numbers.replied],
    ["opted out", numbers.opted_out],
  ];
  const failures = Object.entries({ ...numbers.errors, ...numbers.refusals });
  return (
    <section className="card" aria-labelledby="campaign-numbers">
      <h3 id="campaign-numbers">How far it is</h3>
      <Progress label="Written to" done={progress.taken + progress.refused} total={total} />
      {campaign.state === "scheduled" && campaign.start_at !== null && (
        <p>
          Starts <Instant at={campaign.start_at} />.
        </p>
      )}
      {held !== null && (
        <p className="note warn" role="status">
          It waits: {held.message}
          {held.until !== null && (
            <>
              {" "}
              Until <Instant at={held.until} />.
            </>
          )}
        </p>
      )}
      <dl className="totals">
        {counts.map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count.toLocaleString("en")}</dd>
          </div>
        ))}
      </dl>
      {failures.length > 0 && (
        <ul>
          {failures.map(([code, count]) => (
            <li key={code}>
              {count.toLocaleString("en")}: <span className="mono">{code}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
