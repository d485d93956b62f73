import type { ReactNode } from "react";

export type Column<Row> = {
  head: string;
  cell: (row: Row) => ReactNode;
  /** Figures stand to the right. On narrow screens actions and what is plain by itself stand without their head, what is wide has a line of its own, and an aside is left out. */
  kind?: "number" | "action" | "plain" | "wide" | "aside";
};

type Props<Row> = {
  caption: ReactNode;
  columns: readonly [Column<Row>, ...Column<Row>[]];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
};

/** A list of things: the first column names a row. On narrow screens a row becomes two lines, the name and what is said of it. */
export function Table<Row>({ caption, columns: [name, ...others], rows, keyOf }: Props<Row>) {
  return (
    <div className="table">
      <table>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {[name, ...others].map(({ head, kind }) => (
              <th key={head} scope="col" className={kind}>
                {kind === "action" ? <span className="hidden-words">{head}</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              <th scope="row">{name.cell(row)}</th>
              {others.map(({ head, cell, kind }) => (
                <td key={head} className={kind} data-label={kind === undefined || kind === "number" ? head : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
