import { type RotationChange, RotationState } from "../../domain/selection/rotation.ts";

/** Returns every number's place in the rotation, read once when the object wakes. */
export function readRotation(sql: SqlStorage): RotationState {
  const rows = sql.exec<{ number: string; turn: number; served: number }>("SELECT * FROM rotation").toArray();
  return new RotationState(rows.map(({ number, turn, served }) => ({ address: number, turn, served })));
}

/** Writes the places that a choice has changed. */
export function saveRotation(sql: SqlStorage, change: RotationChange): void {
  for (const row of change) {
    sql.exec(
      "INSERT OR REPLACE INTO rotation (number, turn, served) VALUES (?, ?, ?)",
      row.address,
      row.turn,
      row.served,
    );
  }
}

/** Replaces the whole rotation, after the pool was edited. */
export function replaceRotation(sql: SqlStorage, state: RotationState): void {
  sql.exec("DELETE FROM rotation");
  saveRotation(sql, state.rows);
}
