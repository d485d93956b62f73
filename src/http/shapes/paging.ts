import * as z from "zod";
import { wholeNumber } from "./fields.ts";

/** The query fields by which every list is cut: at most 200 entries at a time, 50 unless asked otherwise. */
export const pageQuery = {
  limit: wholeNumber().min(1).max(200).default(50).meta({ description: "The most entries to answer." }),
  offset: wholeNumber().min(0).default(0).meta({ description: "How many entries to pass over." }),
};

/** Part of an address or a name. The `+` that stands raw in a query arrives as a space. */
export const searchText = z
  .string()
  .max(255)
  .overwrite((text) => text.replace(/^ (?=\d)/, "+"));

export const Pagination = z
  .object({
    limit: wholeNumber(),
    offset: z.int(),
    total: z.int().meta({
      description:
        "How many entries there are. Of a list that is long, rows are counted no further than some way beyond the page, and `total` is then one more than what was counted: page on until `offset` reaches it.",
    }),
  })
  .meta({ id: "Pagination" });

/** Returns the `pagination` of an answer, from the page asked for and the number of entries there are in all. */
export function paginate(page: { limit: number; offset: number }, total: number): z.output<typeof Pagination> {
  return { limit: page.limit, offset: page.offset, total };
}
