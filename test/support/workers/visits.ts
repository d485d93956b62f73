import { onTestFinished } from "vitest";
import { NumberPool } from "../../../src/pool/number-pool.ts";

/** Objects hear of no promise to come back, as from a Worker of the release before: what they learn is written at once. Until the test ends. */
export function takeNoPromises(): void {
  const { prototype } = NumberPool;
  const { accept, report, recordDeliveries } = prototype;
  Object.assign(prototype, {
    accept(this: NumberPool, ...args: Parameters<typeof accept>) {
      return Reflect.apply(accept, this, args.slice(0, 3));
    },
    report(this: NumberPool, ...args: Parameters<typeof report>) {
      return Reflect.apply(report, this, args.slice(0, 2));
    },
    recordDeliveries(this: NumberPool, ...args: Parameters<typeof recordDeliveries>) {
      return Reflect.apply(recordDeliveries, this, args.slice(0, 4));
    },
  });
  onTestFinished(() => void Object.assign(prototype, { accept, report, recordDeliveries }));
}
