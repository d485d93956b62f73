import { useState } from "react";
import { readTheme, type Theme, wearTheme } from "../theme.ts";
import { Select } from "./field.tsx";

const looks = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
] as const;

/** Chooses between light and dark, for this browser. */
export function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(readTheme);
  function choose(value: string) {
    const chosen = looks.find((look) => look.value === value)?.value ?? "system";
    wearTheme(chosen);
    setTheme(chosen);
  }
  return <Select label="Theme" value={theme} options={looks} onChange={choose} />;
}
