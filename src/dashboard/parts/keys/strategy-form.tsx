import { type FormEvent, useId, useState } from "react";
import { type Key, useChangeKey } from "../../queries/key.ts";
import { Switch, TextField } from "../field.tsx";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";
import type { Selection } from "./shares.ts";
import { strategies } from "./words.ts";

type Props = {
  apiKey: Key;
  /** What the pool goes by now: the key's own, or its organization's. */
  inForce: Selection;
  /** Told of what is being considered, so that shares can be shown before it is saved; null: what is in force. */
  onTry: (selection: Selection | null) => void;
};

/** How the pool picks: the organization's way or one of its own, the strategy, and whether people stay with their number. */
export function StrategyForm({ apiKey, inForce, onTry }: Props) {
  const [draft, setDraft] = useState<Selection | "organization" | null>(null);
  const { mutate, isPending, error } = useChangeKey(apiKey.api_key_id);
  const notify = useNotice();
  const isOwn = draft === null ? apiKey.selection !== null : draft !== "organization";
  const shown = draft === null || draft === "organization" ? inForce : draft;
  const daysFault = shown.sticky_days !== null && !(shown.sticky_days >= 1 && shown.sticky_days <= 3650);
  function consider(next: Selection | "organization" | null) {
    setDraft(next);
    onTry(next === "organization" ? null : next);
  }
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (draft === null || daysFault) return;
    mutate(
      { selection: draft === "organization" ? null : draft },
      {
        onSuccess: () => {
          consider(null);
          notify("The pool picks so from the next message on.");
        },
      },
    );
  }
  return (
    <form className="card" onSubmit={submit} aria-labelledby="strategy-head">
      <h2 id="strategy-head">How the pool picks</h2>
      <Switch
        label="This key picks in a way of its own"
        hint="Off: as its organization says for all its keys."
        checked={isOwn}
        onChange={(on) => consider(on ? inForce : "organization")}
      />
      <StrategyChoice selection={shown} isLocked={!isOwn} onChange={consider} />
      <StickyChoice selection={shown} isLocked={!isOwn} isWrong={daysFault} onChange={consider} />
      <Problem error={error} />
      <div className="row">
        <button type="submit" disabled={draft === null || isPending || daysFault}>
          {isPending ? "Saving …" : "Save how it picks"}
        </button>
        {draft !== null && (
          <button type="button" className="second" onClick={() => consider(null)}>
            Put it back
          </button>
        )}
      </div>
    </form>
  );
}

type ChoiceProps = { selection: Selection; isLocked: boolean; onChange: (selection: Selection) => void };

function StrategyChoice({ selection, isLocked, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <fieldset disabled={isLocked}>
      <legend>For a person who is written to for the first time</legend>
      <div className="choices">
        {strategies.map(({ value, name, words }) => (
          <div key={value} className="choice">
            <input
              type="radio"
              id={`${id}-${value}`}
              name={id}
              checked={selection.strategy === value}
              aria-describedby={`${id}-${value}-words`}
              onChange={() => onChange({ ...selection, strategy: value })}
            />
            <div>
              <label htmlFor={`${id}-${value}`}>{name}</label>
              <p className="hint" id={`${id}-${value}-words`}>
                {words}
              </p>
            </div>
          </div>
        ))}
      </div>
    </fieldset>
  );
}

function StickyChoice({ selection, isLocked, isWrong, onChange }: ChoiceProps & { isWrong: boolean }) {
  return (
    <fieldset disabled={isLocked}>
      <legend>For a person who has been written to, or has written</legend>
      <Switch
        label="Keep each person with one number"
        hint="They see one conversation. The number changes only where it cannot send any more."
        checked={selection.sticky}
        disabled={isLocked}
        onChange={(sticky) => onChange({ ...selection, sticky })}
      />
      {selection.sticky && (
        <div className="short">
          <TextField
            label="For so many days"
            inputMode="numeric"
            placeholder="For ever"
            value={selection.sticky_days ?? ""}
            hint="Counted from the last message. Empty: for ever."
            error={isWrong ? "From 1 to 3,650 days, or nothing." : null}
            onChange={({ target }) => {
              const digits = target.value.replace(/\D/g, "").slice(0, 5);
              onChange({ ...selection, sticky_days: digits === "" ? null : Number(digits) });
            }}
          />
        </div>
      )}
    </fieldset>
  );
}
