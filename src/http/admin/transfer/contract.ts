import * as z from "zod";
import { defineOperation } from "../../operation.ts";
import { wholeNumber } from "../../shapes/fields.ts";

const common = { base: "admin", auth: "admin", tags: ["Moving"] } as const;
/** The most bytes that one call of an import takes. */
export const importLimit = 2 * 1024 * 1024;

export const exportAll = defineOperation({
  ...common,
  id: "exportAll",
  method: "get",
  path: "/export",
  summary: "Export everything",
  description:
    "Newline-delimited JSON, streamed: a head line with the form and its version, a row a line, and an end line by which a cut file is known. Secrets stay sealed, and open with the same MASTER_KEYS alone. Sessions and the log of deliveries are left out.",
  answers: { 200: { description: "The lines.", schema: z.string() } },
  errors: [],
});

export const importAll = defineOperation({
  ...common,
  id: "importAll",
  method: "post",
  path: "/import",
  query: z.object({ from: wholeNumber().min(1).default(1) }),
  summary: "Import an export",
  description:
    "The body is a part of an export, as it came, at most 2 MiB of whole lines; `from` is the number of its first line. Into a deployment that is still as its first start left it. Lines that were taken before are passed over: after a cut, go on from `accepted_through`. Keys in which messages wait are paused with the last line.",
  answers: {
    200: {
      description: "How far it has come.",
      schema: z.object({
        accepted_through: z.int(),
        done: z.boolean(),
        paused: z
          .array(z.string())
          .meta({ description: "Keys in which messages wait: compare with the former gateway, then resume them." }),
      }),
    },
  },
  errors: ["not_empty", "body_too_large", "publish_failed"],
});

export const transferOperations = [exportAll, importAll] as const;
