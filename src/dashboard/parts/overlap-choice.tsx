import { Select } from "./field.tsx";

const overlaps = [
  { value: "0", label: "no longer: it ends at once" },
  { value: "3600", label: "an hour" },
  { value: "86400", label: "a day" },
  { value: "604800", label: "seven days" },
];

/** How long an old secret works beside its successor, in seconds, as the form field `overlap`. */
export function OverlapChoice({ label }: { label: string }) {
  return (
    <Select
      label={label}
      name="overlap"
      defaultValue="86400"
      options={overlaps}
      hint="Long enough to bring the new one everywhere; no longer at all where the old one is in wrong hands."
    />
  );
}
