import { useState } from "react";
import { useChangeNumber } from "../../queries/numbers.ts";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";
import type { PoolNumber } from "./shares.ts";

const heaviest = 1000;
type Props = { number: PoolNumber; words: string; onWeigh: (weight: number | null) => void };

/** A number's weight. Shares follow while it is written; it is saved when the field is left, or by Enter. */
export function WeightField({ number, words, onWeigh }: Props) {
  const [written, write] = useState<string | null>(null);
  const { mutate, error, isPending } = useChangeNumber();
  const notify = useNotice();
  const weight = written !== null && /^\d{1,4}$/.test(written) && Number(written) <= heaviest ? Number(written) : null;
  const isWrong = written !== null && weight === null;
  function put(text: string | null) {
    write(text);
    const isWeight = text !== null && /^\d{1,4}$/.test(text) && Number(text) <= heaviest;
    onWeigh(isWeight ? Number(text) : null);
  }
  function save() {
    if (weight === null) return isWrong ? undefined : put(null);
    mutate(
      { number: number.phone_number, change: { weight } },
      {
        onSuccess: () => notify(`${words} has weight ${weight}.`),
        onSettled: () => put(null),
      },
    );
  }
  return (
    <label className="weight">
      Weight
      <input
        type="text"
        inputMode="numeric"
        aria-label={`Weight of ${words}, from 0 to ${heaviest}`}
        aria-invalid={isWrong || undefined}
        disabled={isPending}
        value={written ?? String(number.weight)}
        onFocus={({ target }) => target.select()}
        onChange={({ target }) => put(target.value)}
        onBlur={save}
        onKeyDown={({ key }) => {
          if (key === "Enter") save();
          if (key === "Escape") put(null);
        }}
      />
      <Problem error={error} />
    </label>
  );
}
