/** How the pages look: as the system says, or as a person chose. It is all that this app keeps in the browser's storage. */
export type Theme = "system" | "light" | "dark";

const place = "theme";
const watchers = new Set<() => void>();

/** Says, until the function returned is called, when another look is chosen, here or in another tab. */
export function watchTheme(watcher: () => void): () => void {
  watchers.add(watcher);
  window.addEventListener("storage", watcher);
  return () => {
    watchers.delete(watcher);
    window.removeEventListener("storage", watcher);
  };
}

/** Returns the look that was chosen in this browser. */
export function readTheme(): Theme {
  const kept = localStorage.getItem(place);
  return kept === "light" || kept === "dark" ? kept : "system";
}

/** Puts a look in force and keeps it for the next visit. */
export function wearTheme(theme: Theme): void {
  if (theme === "system") {
    localStorage.removeItem(place);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(place, theme);
    document.documentElement.dataset.theme = theme;
  }
  for (const watcher of watchers) watcher();
}
