import { Link } from "@tanstack/react-router";
import type { Answer } from "../api.ts";
import { checkName } from "../doctor-text.ts";
import { Icon } from "./icon.tsx";

const shownAtMost = 3;

/** One line where all is in order; else what needs a person first, and how to mend it. */
export function Verdict({ status }: { status: Answer<"getStatus"> }) {
  const wrong = status.checks.filter(({ ok }) => !ok);
  if (wrong.length === 0) {
    return (
      <div className="verdict">
        <Icon name="check" />
        <p>
          <strong>All in order.</strong> <Link to="/doctor">Every check</Link>
        </p>
      </div>
    );
  }
  return (
    <section className="problem" aria-label="What needs you">
      <h2>{wrong.length === 1 ? "One thing needs you" : `${wrong.length} things need you`}</h2>
      {wrong.slice(0, shownAtMost).map(({ name, detail, help }) => (
        <p key={name} className="text">
          <strong>{checkName(name)}</strong>: {detail} {help}
        </p>
      ))}
      <p>
        <Link to="/doctor">Every check</Link>
      </p>
    </section>
  );
}
