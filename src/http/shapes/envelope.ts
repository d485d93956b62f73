import * as z from "zod";

export const ErrorEnvelope = z
  .looseObject({
    error: z.string(),
    message: z.string(),
    status: z.int(),
    code: z.string().optional(),
    request_id: z.string().optional(),
    doc_url: z.string().optional(),
  })
  .meta({
    id: "Error",
    description: "Decide by `code`, show `message`, quote `request_id`. Further fields depend on the code.",
  });

export const V4Error = z
  .object({
    error: z.object({
      code: z.string(),
      message: z.string(),
      details: z.looseObject({ request_id: z.string(), doc_url: z.string() }),
    }),
  })
  .meta({
    id: "V4Error",
    description: "Decide by `code`, show `message`, quote `request_id`. What else `details` hold depends on the code.",
  });

export const ComingSoon = z.object({ error: z.string(), message: z.string() }).meta({ id: "ComingSoon" });

export const DeleteResponse = z
  .object({ success: z.boolean(), deleted_at: z.int().meta({ format: "int64" }) })
  .meta({ id: "DeleteResponse" });
