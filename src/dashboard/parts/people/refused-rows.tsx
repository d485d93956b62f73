import { useState } from "react";
import { Copy } from "../copy.tsx";
import { Pager } from "../pager.tsx";
import { type Column, Table } from "../table.tsx";
import type { RowFault } from "./read-assignments.ts";

const rowsAtOnce = 20;
const columns: readonly [Column<RowFault>, ...Column<RowFault>[]] = [
  { head: "Line", cell: ({ line }) => <>Line {line}</> },
  { head: "Contact", cell: ({ contact }) => <bdi className="mono">{contact}</bdi> },
  { head: "Number", cell: ({ phone_number }) => <bdi className="mono">{phone_number}</bdi> },
  { head: "Why", cell: ({ message }) => message },
];

/** The rows of a file that were not taken, each with its line and the reason, and all of them to be copied. */
export function RefusedRows({ title, rows }: { title: string; rows: readonly RowFault[] }) {
  const [shown, setShown] = useState(rowsAtOnce);
  if (rows.length === 0) return null;
  return (
    <>
      <Table
        caption={
          <span className="row apart">
            {title}: {rows.length.toLocaleString("en")}
            <Copy text={asCsv(rows)} what="these rows as CSV" />
          </span>
        }
        columns={columns}
        rows={rows.slice(0, shown)}
        keyOf={({ line }) => String(line)}
      />
      <Pager hasMore={rows.length > shown} isBusy={false} onMore={() => setShown(shown + rowsAtOnce)} />
    </>
  );
}

function asCsv(rows: readonly RowFault[]): string {
  const quote = (text: string | number) => `"${String(text).replaceAll('"', '""')}"`;
  const lines = rows.map((row) => [row.line, row.contact, row.phone_number, row.message].map(quote).join(","));
  return ["line,contact,phone_number,why", ...lines].join("\n");
}
