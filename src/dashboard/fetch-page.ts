import { lazyRouteComponent } from "@tanstack/react-router";

const againMs = 2_000;
const justNowMs = 10_000;

/** A page that is fetched when it is first opened. */
export type Page = ReturnType<typeof lazyRouteComponent>;
type Load = () => Promise<Record<string, unknown>>;
const known: Load[] = [];

/** Fetches every page's file once there is nothing else to do, so that going from page to page needs no gateway that answers and no file that is still there. */
export function fetchPagesWhenIdle(): void {
  const whenIdle = window.requestIdleCallback ?? ((work: () => void) => setTimeout(work, againMs));
  whenIdle(() => {
    for (const load of known) load().catch(() => {});
  });
}

/**
 * Fetches the file of a page. While the gateway does not answer it is tried again, so that what was written stays; where it answers and the file is
 * missing, the file was of an older build: the app is then loaded anew, once.
 */
async function fetchPage<M>(load: () => Promise<M>): Promise<M> {
  for (;;) {
    try {
      return await load();
    } catch {
      if (!(await answers())) {
        await new Promise((resolve) => setTimeout(resolve, againMs));
        continue;
      }
      if (wasJustReloaded()) throw new Error("A file of this page is missing at the gateway.");
      location.reload();
      await new Promise(() => {});
    }
  }
}

/** Returns a page by its file and its name in there; the file is fetched when the page is first opened, or before that when there is time. */
export function page<M extends Record<string, unknown>>(load: () => Promise<M>, name: keyof M & string): Page {
  known.push(load);
  return lazyRouteComponent(() => fetchPage(load), name);
}

async function answers(): Promise<boolean> {
  const health = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  return health?.ok === true;
}

function wasJustReloaded(): boolean {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return navigation?.type === "reload" && performance.now() < justNowMs;
}
