import type * as z from "zod";
import type { Selection } from "../../../domain/snapshot.ts";
import type { Selection as SelectionSchema } from "./contract.ts";

type Shown = z.output<typeof SelectionSchema>;

/** Returns a selection as answers show it. */
export function toSelection({ strategy, sticky, stickyDays }: Selection): Shown {
  return { strategy, sticky, sticky_days: stickyDays };
}

/** Returns the selection that a body asks for. */
export function readSelection({ strategy, sticky, sticky_days }: Shown): Selection {
  return { strategy, sticky, stickyDays: sticky_days };
}
