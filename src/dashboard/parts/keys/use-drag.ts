import { type KeyboardEvent, type PointerEvent, useState } from "react";

export type Drag = { from: number; to: number };

/**
 * Returns what makes the handles of a list's rows draggable by mouse, pen and finger: where a row is being dragged from and to (places from 0), and what a handle must
 * carry. `rowsOf` finds the rows of the list in which the handle stands. Escape or a lost pointer puts the row back.
 */
export function useDrag(rowsOf: () => readonly Element[], onDrop: (drag: Drag) => void) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const handle = (index: number) => ({
    onPointerDown(event: PointerEvent<HTMLElement>) {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ from: index, to: index });
    },
    onPointerMove(event: PointerEvent<HTMLElement>) {
      if (drag !== null) setDrag({ from: drag.from, to: placeAt(event.clientY, rowsOf(), drag.from) });
    },
    onPointerUp() {
      if (drag !== null && drag.to !== drag.from) onDrop(drag);
      setDrag(null);
    },
    onPointerCancel: () => setDrag(null),
    onKeyUp(event: KeyboardEvent<HTMLElement>) {
      if (event.key === "Escape") setDrag(null);
    },
  });
  return { drag, handle };
}

/** The place that a row would get: behind every row whose middle lies above the pointer, not counting the row itself. */
function placeAt(y: number, rows: readonly Element[], from: number): number {
  return rows.filter((row, index) => {
    const { top, height } = row.getBoundingClientRect();
    return index !== from && top + height / 2 < y;
  }).length;
}
