/** The form of an export: raised when a release of before could not read it. */
export const exportFormat = "trunkline-export";
export const exportVersion = 1;

export type Row = Record<string, string | number | null>;
/** The first line says the form, the last one that nothing is missing; between them stands a row a line, of the directory or of the ledger of a key or lobby. */
export type HeadLine = {
  format: typeof exportFormat;
  version: number;
  directory_shape: number;
  exported_at: number;
};
export type RowLine = { in: string; table: string; row: Row };
export type EndLine = { end: true; rows: number };

/** Where to go on in a ledger: its table by number, and the last row's key. */
export type LedgerCursor = { table: number; after: (string | number)[] | null };
export type LedgerPage = { rows: { table: string; row: Row }[]; next: LedgerCursor | null; shape: number };
