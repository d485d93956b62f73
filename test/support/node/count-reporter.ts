import type { Reporter, SerializedError, TestModule } from "vitest/node";

/**
 * Ends the output of a run with one line of real counts: `N passed, N failed`, and `, N skipped` if any. A file or a
 * hook that fails, or an error outside any test, counts as one failure each.
 */
export class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === "pending" ? "skipped" : state] += 1;
      }
    }
    // Whatever else is still printed, this stands below it.
    process.once("exit", (code) => {
      if (code !== 0 && counts.failed === 0) counts.failed = 1;
      process.stdout.write(`${describeCounts(counts)}\n`);
    });
  }
}

function describeCounts({ passed, failed, skipped }: { passed: number; failed: number; skipped: number }): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
