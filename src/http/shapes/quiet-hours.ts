import * as z from "zod";
import { readClock } from "../../domain/quiet-hours.ts";

const clock = z
  .string()
  .refine((text) => readClock(text) !== null, { error: "must be a time on a clock of 24 hours, for example 21:00." })
  .meta({ pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$" });

export const QuietHours = z
  .strictObject({ from: clock, to: clock })
  .refine(({ from, to }) => from !== to, {
    error: "from and to must differ: quiet hours that never end let nothing leave.",
  })
  .meta({
    id: "QuietHours",
    description:
      "When nobody is written to, by the clock where the recipient is: from `from` to `to`, over midnight where that is earlier, for example 21:00 to 08:00.",
  });
