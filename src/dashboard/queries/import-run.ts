import { useCallback, useEffect, useRef, useState } from "react";
import { type Answer, call } from "../api.ts";
import { useIntegrationsChanged } from "./integrations.ts";

/** The most numbers that one call imports. */
const sliceSize = 50;

export type ImportResult = Answer<"importNumbers">["results"][number];
export type ImportRun = {
  numbers: readonly string[];
  results: readonly ImportResult[];
  isRunning: boolean;
  /** What ended it early; what has no result was not tried. */
  error: Error | null;
};

/** Imports any count of numbers, slice by slice, and tells how far it is. It stops at the first call that fails as a whole, when it is told to, and when its page is left; what was imported stays imported. */
export function useImportRun(integrationId: string) {
  const changed = useIntegrationsChanged();
  const [run, setRun] = useState<ImportRun | null>(null);
  const isWanted = useRef(false);
  const stop = useCallback(() => {
    isWanted.current = false;
  }, []);
  useEffect(() => stop, [stop]);

  async function go(numbers: readonly string[], before: readonly ImportResult[]) {
    isWanted.current = true;
    let now: ImportRun = { numbers, results: before, isRunning: true, error: null };
    const show = (change: Partial<ImportRun>) => {
      now = { ...now, ...change };
      setRun(now);
    };
    show({});
    while (now.results.length < numbers.length && isWanted.current) {
      const slice = numbers.slice(now.results.length, now.results.length + sliceSize);
      try {
        const { results } = await call("importNumbers", { params: { integrationId }, body: { phone_numbers: slice } });
        show({ results: [...now.results, ...results] });
      } catch (error) {
        show({ error: error as Error });
        break;
      }
    }
    show({ isRunning: false });
    await changed();
  }

  return {
    run,
    start: (numbers: readonly string[]) => go(numbers, []),
    /** Tries what has no result yet. */
    goOn: () => run !== null && go(run.numbers, run.results),
    stop,
    forget: () => setRun(null),
  };
}
