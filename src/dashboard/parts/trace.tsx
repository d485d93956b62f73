import { useState } from "react";
import { PhoneNumber } from "./phone-number.tsx";

export type Candidate = { phone_number: string; eligible: boolean; why: string };

const reasons: Record<string, string> = {
  requested: "It was asked for by name.",
  sticky: "This person is always written to from the same number.",
  first: "The pool takes the first number that can.",
  round_robin: "The pool takes its numbers in turn.",
  weighted: "The pool shares out by weight.",
  geographic: "The pool takes the number nearest to the person.",
  least_busy: "The pool takes the number with the least to do.",
  replied_to: "The person had written to this number.",
};

type Props = { reason: string | null; chosen: string | null; considered: readonly Candidate[]; note?: string | null };

const shownAtFirst = 12;

/** Why a number speaks: the rule in words, and what was found of each number that was looked at, the chosen one first. */
export function Trace({ reason, chosen, considered, note }: Props) {
  const [isWhole, showWhole] = useState(false);
  const own = considered.filter(({ phone_number: address }) => address === chosen);
  const inOrder = [...own, ...considered.filter((candidate) => !own.includes(candidate))];
  const shown = isWhole ? inOrder : inOrder.slice(0, shownAtFirst);
  return (
    <>
      {reason !== null && <p>{reasons[reason] ?? reason.replaceAll("_", " ")}</p>}
      {note && <p className="text">{note}</p>}
      <ul className="trace">
        {shown.map((candidate) => (
          <li key={candidate.phone_number} className={candidate.phone_number === chosen ? "is-chosen" : undefined}>
            <PhoneNumber address={candidate.phone_number} />
            <span className="text">{candidate.why.replace(/^(?:not )?chosen: /, "")}</span>
            <Verdict candidate={candidate} isChosen={candidate.phone_number === chosen} />
          </li>
        ))}
      </ul>
      {shown.length < inOrder.length && (
        <button type="button" className="link" onClick={() => showWhole(true)}>
          Show all {inOrder.length} numbers
        </button>
      )}
    </>
  );
}

function Verdict({ candidate, isChosen }: { candidate: Candidate; isChosen: boolean }) {
  if (isChosen) return <span className="badge good">chosen</span>;
  return (
    <span className={candidate.eligible ? "badge" : "badge warn"}>{candidate.eligible ? "could" : "could not"}</span>
  );
}
