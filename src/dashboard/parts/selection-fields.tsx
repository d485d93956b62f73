import type { Organization } from "../queries/settings.ts";
import { Select, Switch, TextField } from "./field.tsx";

type Selection = Organization["selection"]["twilio"];

const strategies: readonly { value: Selection["strategy"]; label: string }[] = [
  { value: "first", label: "the first that can, in the pool's order" },
  { value: "round_robin", label: "one after the other" },
  { value: "weighted", label: "by weight" },
  { value: "geographic", label: "the nearest to the person" },
  { value: "least_busy", label: "the least busy" },
];

type Props = { legend: string; selection: Selection; onChange: (selection: Selection) => void };

/** How a pool picks its sender. */
export function SelectionFields({ legend, selection, onChange }: Props) {
  const { strategy, sticky, sticky_days: days } = selection;
  return (
    <fieldset>
      <legend>{legend}</legend>
      <Select
        label="Takes"
        value={strategy}
        options={strategies}
        onChange={(chosen) =>
          onChange({ ...selection, strategy: strategies.find(({ value }) => value === chosen)?.value ?? strategy })
        }
      />
      <Switch
        label="Sticky"
        hint="A person is always written to from the same number."
        checked={sticky}
        onChange={(on) => onChange({ ...selection, sticky: on })}
      />
      {sticky && (
        <TextField
          label="For so many days"
          type="number"
          min={1}
          max={3650}
          placeholder="for ever"
          value={days ?? ""}
          hint="Since the last message; empty: for ever."
          onChange={({ target }) =>
            onChange({ ...selection, sticky_days: target.value === "" ? null : Number(target.value) })
          }
        />
      )}
    </fieldset>
  );
}
