import * as z from "zod";
import { wholeNumber } from "../shapes/fields.ts";
import { pageQuery } from "../shapes/paging.ts";

const httpStatus = wholeNumber().min(0).max(999);

/** How delivery logs are cut and filtered: by one status, or a range of them. */
export const webhookLogsQuery = z.object({
  ...pageQuery,
  sort: z.enum(["asc", "desc"]).default("desc"),
  status: httpStatus.optional(),
  min_status: httpStatus.optional(),
  max_status: httpStatus.optional(),
  failed: z.boolean().optional().meta({
    description: "true: what was not answered with 2xx, or not at all; false: what was.",
  }),
});
