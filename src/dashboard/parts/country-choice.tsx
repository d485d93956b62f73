import { getCountries, getCountryCallingCode } from "libphonenumber-js/min";
import { Select } from "./field.tsx";

const names = new Intl.DisplayNames("en", { type: "region" });
const countries = getCountries()
  .map((code) => ({ value: code, label: `${names.of(code) ?? code} (+${getCountryCallingCode(code)})` }))
  .toSorted((left, right) => left.label.localeCompare(right.label, "en"));
const options = [{ value: "", label: "none: every number needs its country" }, ...countries];

type Props = { value: string | null; onChange?: (country: string | null) => void; name?: string };

/** The country in which numbers are read that are written without one. */
export function CountryChoice({ value, onChange, ...rest }: Props) {
  return (
    <Select
      {...rest}
      label="Default country"
      defaultValue={value ?? ""}
      options={options}
      onChange={(chosen) => onChange?.(chosen === "" ? null : chosen)}
      hint="How a number is read that is written without its country, such as 0151 23456789."
    />
  );
}
