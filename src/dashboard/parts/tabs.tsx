import { Link } from "@tanstack/react-router";

type Props = { label: string; tabs: readonly { to: string; label: string }[] };

/** Pages that belong together, each with an address of its own. */
export function Tabs({ label, tabs }: Props) {
  return (
    <nav aria-label={label} className="tabs">
      {tabs.map(({ to, label: words }) => (
        <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }}>
          {words}
        </Link>
      ))}
    </nav>
  );
}
