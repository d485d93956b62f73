import * as z from "zod";
import type { Json, Tool } from "./tool.ts";

/**
 * Returns what a client is told of what a tool takes and gives, as JSON Schema in few words: a model reads the list of tools each time, and pays for it.
 * The Worker has the answers of this, not the way to them: `scripts/describe-tools.mjs`.
 */
export function describeTool({ input, output }: Tool): { input: Json; output: Json } {
  return { input: describe(input, "input"), output: describe(output, "output") };
}

function describe(schema: z.ZodObject, io: "input" | "output"): Json {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io,
    override: ({ jsonSchema }) => shorten(jsonSchema),
  });
  return described;
}

function shorten(schema: Json): void {
  for (const word of ["minLength", "maxLength", "additionalProperties"]) delete schema[word];
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}
