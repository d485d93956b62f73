/** Returns the numbers to which this contact ever wrote (seed 001, "Inbound numbers"). */
export function numbersHeard(sql: SqlStorage, contact: string): ReadonlySet<string> {
  const rows = sql.exec<{ number: string }>("SELECT number FROM heard WHERE contact = ?", contact).toArray();
  return new Set(rows.map((row) => row.number));
}

/** Returns when this contact was last known to write to this number, or null; exact for WhatsApp, else the first time. */
export function lastHeard(sql: SqlStorage, number: string, contact: string): number | null {
  return (
    sql
      .exec<{ last_at: number }>("SELECT last_at FROM heard WHERE number = ? AND contact = ?", number, contact)
      .toArray()[0]?.last_at ?? null
  );
}

/** Notes that a contact wrote to a number: one row the first time; later times only where `exact` (the WhatsApp window) asks for them. */
export function noteHeard(sql: SqlStorage, number: string, contact: string, at: number, exact: boolean): void {
  const conflict = exact ? "DO UPDATE SET last_at = max(last_at, excluded.last_at)" : "DO NOTHING";
  sql.exec(
    `INSERT INTO heard (number, contact, last_at) VALUES (?, ?, ?) ON CONFLICT (contact, number) ${conflict}`,
    number,
    contact,
    at,
  );
}
