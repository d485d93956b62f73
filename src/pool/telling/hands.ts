import type { DueDelivery } from "../../domain/calls/telling.ts";
import type { Desk } from "../desk.ts";
import { isSomebodyComing, ringSoon } from "./bells.ts";
import { takeDeliveries } from "./deliveries.ts";

/**
 * Does `work` for a caller who offers so many hands, and returns with its answer what that caller is to deliver itself: it is held for it, and no bell is rung.
 * Nothing where somebody comes anyway, who writes down more in one row.
 */
export function offerHands<T>(desk: Desk, hands: number, work: () => T): { answer: T; handed: DueDelivery[] } {
  if (hands < 1 || isSomebodyComing(desk)) return { answer: work(), handed: [] };
  const offer = { isWanted: false };
  desk.telling.offer = offer;
  const answer = endAfter(desk, work);
  if (!offer.isWanted) return { answer, handed: [] };
  const { deliveries, more } = takeDeliveries(desk, "fast", hands);
  if (more) ringSoon(desk, "fast");
  return { answer, handed: deliveries };
}

function endAfter<T>(desk: Desk, work: () => T): T {
  try {
    return work();
  } finally {
    desk.telling.offer = null;
  }
}
