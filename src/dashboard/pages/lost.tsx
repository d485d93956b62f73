import { Link } from "@tanstack/react-router";
import { Problem } from "../parts/problem.tsx";

/** What an address leads to that is no page of ours. */
export function NotFound() {
  return (
    <main className="narrow">
      <h1>There is no such page</h1>
      <p>
        The address may be mistyped, or the page may have moved. <Link to="/">Go to the overview</Link>
      </p>
    </main>
  );
}

/** What stands in the place of a page that broke; the others still work. */
export function Crash({ error }: { error: unknown }) {
  return (
    <>
      <h1>This page broke</h1>
      <Problem error={error instanceof Error ? error : null} />
      <button type="button" onClick={() => location.reload()}>
        Load it again
      </button>
    </>
  );
}
