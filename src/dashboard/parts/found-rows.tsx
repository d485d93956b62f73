import type { InfiniteData } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Pager } from "./pager.tsx";
import { Problem } from "./problem.tsx";
import { Reading } from "./reading.tsx";
import { type Column, Table } from "./table.tsx";

type Page = { pagination: { total: number } };
type Props<P extends Page, Row> = {
  query: {
    data: InfiniteData<P, unknown> | undefined;
    error: Error | null;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => Promise<unknown>;
  };
  rowsOf: (page: P) => readonly Row[];
  /** The order of the rows, in words. */
  order: string;
  columns: readonly [Column<Row>, ...Column<Row>[]];
  keyOf: (row: Row) => string;
  /** What stands where there are no rows. */
  empty: ReactNode;
};

/** A list that is read page by page from a call with `limit` and `offset`: its rows, how many there are, and the way to more. */
export function FoundRows<P extends Page, Row>({ query, rowsOf, order, columns, keyOf, empty }: Props<P, Row>) {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  if (data === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  // A row that came meanwhile moves others to the next page: each is shown once.
  const rows = [...new Map(data.pages.flatMap(rowsOf).map((row) => [keyOf(row), row])).values()];
  const total = data.pages.at(-1)?.pagination.total ?? rows.length;
  return (
    <>
      <Problem error={error} />
      {rows.length === 0 ? (
        empty
      ) : (
        <Table
          caption={`${rows.length.toLocaleString("en")} of ${total.toLocaleString("en")}, ${order}`}
          columns={columns}
          rows={rows}
          keyOf={keyOf}
        />
      )}
      <Pager hasMore={hasNextPage} isBusy={isFetchingNextPage} onMore={() => void fetchNextPage()} />
    </>
  );
}
