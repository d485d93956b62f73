import { Link } from "@tanstack/react-router";
import { PageTitle } from "../parts/page-title.tsx";
import { Problem } from "../parts/problem.tsx";

/** What an address leads to that is no page of ours. */
export function NotFound() {
  return (
    <main className="narrow">
      <PageTitle>There is no such page</PageTitle>
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
      <PageTitle>This page broke</PageTitle>
      <Problem error={error instanceof Error ? error : null} />
      <button type="button" onClick={() => location.reload()}>
        Load it again
      </button>
    </>
  );
}
