import { Select, TextField } from "../field.tsx";
import type { Duration, Unit } from "./settings-fields.ts";

const units = [
  { value: "minutes", label: "minutes" },
  { value: "hours", label: "hours" },
  { value: "days", label: "days" },
];

type Props = {
  label: string;
  hint: string;
  duration: Duration;
  error: string | null;
  onChange: (duration: Duration) => void;
};

/** An amount of time and its unit, side by side. */
export function DurationField({ label, hint, duration, error, onChange }: Props) {
  return (
    <div className="pair">
      <TextField
        label={label}
        value={duration.amount}
        inputMode="numeric"
        hint={hint}
        error={error}
        onChange={({ target }) => onChange({ ...duration, amount: target.value })}
      />
      <Select
        label="Unit"
        options={units}
        value={duration.unit}
        onChange={(unit) => onChange({ ...duration, unit: unit as Unit })}
      />
    </div>
  );
}
