import type { AssignmentRow, RowFault } from "./read-assignments.ts";

/** What became of one row, as the gateway answers it: in the order of the rows that were sent. */
export type RowResult = { status: "assigned" | "failed"; message?: string | undefined };
export type Imported = {
  assigned: number;
  refused: RowFault[];
  /** How many rows have been answered; where it is less than all, `error` says why. */
  done: number;
  error: Error | null;
};

/** So many rows go in one call, so that progress is seen and a lost answer costs little: setting twice is setting once. */
export const rowsPerCall = 500;

/** Sends rows in parts, one after another, and tells of each; a call that fails ends it, and what came before it stands. */
export async function importInParts(
  rows: readonly AssignmentRow[],
  send: (part: { contact: string; phone_number: string }[]) => Promise<readonly RowResult[]>,
  onProgress: (so: Imported) => void,
): Promise<Imported> {
  let so: Imported = { assigned: 0, refused: [], done: 0, error: null };
  for (let start = 0; start < rows.length; start += rowsPerCall) {
    const part = rows.slice(start, start + rowsPerCall);
    try {
      const results = await send(part.map(({ contact, phone_number }) => ({ contact, phone_number })));
      so = add(so, part, results);
    } catch (error) {
      return { ...so, error: error as Error };
    }
    onProgress(so);
  }
  return so;
}

function add(so: Imported, part: readonly AssignmentRow[], results: readonly RowResult[]): Imported {
  const refused = part.flatMap((row, index) => {
    const result = results[index];
    return result?.status === "assigned" ? [] : [{ ...row, message: result?.message ?? "It was not answered." }];
  });
  return {
    assigned: so.assigned + part.length - refused.length,
    refused: [...so.refused, ...refused],
    done: so.done + part.length,
    error: null,
  };
}
