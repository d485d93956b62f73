import { useSyncExternalStore } from "react";
import { readTheme, watchTheme, wearTheme } from "../theme.ts";
import { Select } from "./field.tsx";

const looks = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

/** Chooses between light and dark, for this browser. */
export function ThemeChoice() {
  const theme = useSyncExternalStore(watchTheme, readTheme);
  function choose(value: string) {
    wearTheme(looks.find((look) => look.value === value)?.value ?? "system");
  }
  return <Select label="Theme" value={theme} options={looks} onChange={choose} />;
}
