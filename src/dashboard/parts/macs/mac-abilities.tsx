import type { Mac } from "../../queries/macs.ts";
import { Table } from "../table.tsx";
import { abilities } from "./abilities.ts";

/** What the lines of a Mac can do, and how to get what they cannot. */
export function MacAbilities({ mac }: { mac: Mac }) {
  const missing = abilities.filter(({ name }) => mac.capabilities[name] === false).length;
  return (
    <section className="card">
      <h2>What its lines can do</h2>
      <Table
        caption={
          missing === 0
            ? "All that this Mac's system and server can."
            : `${missing} of ${abilities.length} are missing.`
        }
        columns={[
          { head: "Ability", cell: ({ words }) => words },
          { head: "Here", kind: "plain", cell: ({ name }) => <Able able={mac.capabilities[name]} /> },
          {
            head: "How to get it",
            kind: "wide",
            cell: ({ name, how }) => (mac.capabilities[name] === true ? "" : <span className="small">{how}</span>),
          },
        ]}
        rows={abilities}
        keyOf={({ name }) => name}
      />
    </section>
  );
}

function Able({ able }: { able: boolean | "unknown" | undefined }) {
  if (able === true) return <span className="badge good">yes</span>;
  return able === false ? <span className="badge bad">no</span> : <span className="badge">not known yet</span>;
}
