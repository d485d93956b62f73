import type { ManagedNumber } from "../queries/numbers.ts";
import { Select, TextField } from "./field.tsx";

/** What of the numbers is shown, as the address of the page says it. */
export type NumberSearch = { q?: string; key?: string; account?: string; state?: string };

/** Stands for "no key" where the id of a key could stand. */
export const nobody = "none";

const states = [
  { value: "", label: "Any" },
  { value: "unhealthy", label: "Unhealthy" },
  { value: "inactive", label: "Switched off" },
];

/** Returns the numbers that fit. */
export function pickNumbers(numbers: readonly ManagedNumber[], search: NumberSearch): ManagedNumber[] {
  const { key = "", account = "", state = "" } = search;
  // The address reads digits as a number.
  const digits = String(search.q ?? "").replace(/[\s()+-]/g, "");
  return numbers.filter(
    (number) =>
      number.phone_number.includes(digits) &&
      (key === "" || number.api_key_id === (key === nobody ? null : key)) &&
      (account === "" || number.integration_id === account) &&
      isInState(number, state),
  );
}

function isInState(number: ManagedNumber, state: string): boolean {
  if (state === "unhealthy") return number.health?.status === "unhealthy";
  return state === "inactive" ? !number.is_active : true;
}

type Props = {
  search: NumberSearch;
  holders: readonly { api_key_id: string; name: string }[];
  accounts: readonly { integration_id: string; name: string }[];
  onSearch: (search: NumberSearch) => void;
};

/** Chooses by number, key, account and state. */
export function NumberFilters({ search, holders, accounts, onSearch }: Props) {
  const choose = (change: NumberSearch) =>
    onSearch(Object.fromEntries(Object.entries({ ...search, ...change }).filter(([, value]) => value !== "")));
  return (
    <search className="filters">
      <TextField
        label="Find a number"
        type="search"
        value={String(search.q ?? "")}
        onChange={({ target }) => choose({ q: target.value })}
      />
      <Select
        label="API key"
        value={search.key ?? ""}
        options={[
          { value: "", label: "Any" },
          { value: nobody, label: "Not assigned" },
          ...holders.map((key) => ({ value: key.api_key_id, label: key.name })),
        ]}
        onChange={(key) => choose({ key })}
      />
      <Select
        label="Account"
        value={search.account ?? ""}
        options={[
          { value: "", label: "Any" },
          ...accounts.map((account) => ({ value: account.integration_id, label: account.name })),
        ]}
        onChange={(account) => choose({ account })}
      />
      <Select label="State" value={search.state ?? ""} options={states} onChange={(state) => choose({ state })} />
    </search>
  );
}
