import { useEffect, useState } from "react";

/** Returns a value once it has stood for so long: typing asks the gateway once, not at every letter. */
export function useSettled<T>(value: T, waitMs = 250): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), waitMs);
    return () => clearTimeout(timer);
  }, [value, waitMs]);
  return settled;
}
