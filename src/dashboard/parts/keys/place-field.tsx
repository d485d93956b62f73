import { useState } from "react";

type Props = { words: string; place: number; size: number; onPlace: (place: number) => void };

/** A number's place in its pool (shown from 1), to be written over: the quickest way in a long pool, and the way of a finger. */
export function PlaceField({ words, place, size, onPlace }: Props) {
  const [written, write] = useState<string | null>(null);
  function settle() {
    if (written !== null && /^\d+$/.test(written)) onPlace(Math.max(1, Math.min(Number(written), size)) - 1);
    write(null);
  }
  return (
    <input
      className="place"
      type="text"
      inputMode="numeric"
      aria-label={`Place of ${words}, from 1 to ${size}`}
      value={written ?? String(place + 1)}
      onFocus={({ target }) => target.select()}
      onChange={({ target }) => write(target.value)}
      onBlur={settle}
      onKeyDown={({ key }) => {
        if (key === "Enter") settle();
        if (key === "Escape") write(null);
      }}
    />
  );
}
