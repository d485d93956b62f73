/** So many rows beyond the page that is shown are counted; where there are more, the total is one more than what was counted, so that whoever pages goes on. */
export const countedBeyond = 1_000;

/** Returns how many rows a query gives, looked at no further than `countedBeyond` rows past a page's end; `query` has no limit of its own. */
export function countBounded(
  sql: SqlStorage,
  query: string,
  values: readonly (string | number | null)[],
  page: { limit: number; offset: number },
): number {
  const most = page.offset + page.limit + countedBeyond + 1;
  const counted = `SELECT count(*) AS total FROM (${query} LIMIT ${most})`;
  return Number(sql.exec(counted, ...values).one().total);
}
