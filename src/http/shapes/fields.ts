import * as z from "zod";
import { readCountry } from "../../domain/calling-code.ts";

/** An instant in epoch milliseconds. */
export const timestamp = z.int().meta({ format: "int64", description: "Epoch milliseconds." });

/** A time as callers write one. */
export const givenTime = z.union(
  [z.int().min(0), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))],
  { error: "must be epoch milliseconds, or an ISO 8601 time with its offset, for example 2026-01-31T09:00:00Z." },
);

/** A phone number in E.164 form with its plus, as answers carry it. */
export const phoneNumber = z.string().meta({ description: "E.164, with its plus.", examples: ["+15551234567"] });

export const direction = z.enum(["inbound", "outbound"]);

/** The contract's protocols and `whatsapp`, our one extension. */
export const protocol = z.enum(["pending", "unknown", "imessage", "sms", "rcs", "whatsapp"]);

export const planKind = z.enum(["shared", "dedicated", "inbound", "trial", "2fa"]);

export const deliveryReport = z.enum(["expected", "not_expected", "missing"]).meta({
  description:
    "`not_expected`: this country sends no delivery reports, so `sent` is final; `missing`: none came in 4 days.",
});

/** A country by its ISO 3166-1 code; only countries that have telephone numbers of their own can ever match one. */
export const countryCode = z
  .string()
  .refine((code) => readCountry(code) === code, {
    error: "must be a country's two capital letters (ISO 3166-1), for example US.",
  })
  .meta({ pattern: "^[A-Z]{2}$" });

/** Returns the schema of a whole number, which says so when it gets anything else. */
export function wholeNumber(): z.ZodInt {
  return z.int({
    error: (issue) =>
      issue.code === "invalid_type" && issue.input !== undefined ? "must be a whole number." : undefined,
  });
}

/** What people call somebody, or several together; nothing but blanks is no name. */
export const calledName = z
  .string()
  .max(255)
  .transform((name) => (name.trim() === "" ? null : name));

/** A path segment that names something: decoded once, a literal `+` kept. */
export const segment = z.string().min(1).max(512);

/** Why a chat id can be refused, wherever one is given. */
export const chatIdFailures = ["invalid_chat_id", "groups_not_supported", "email_not_supported"] as const;

/** Why a line, or the Mac behind it, does not do what was asked. */
export const lineFailures = [
  "not_supported_on_line",
  "line_refused",
  "line_outcome_unknown",
  "line_offline",
  "no_numbers_assigned",
] as const;

/** A phone number, address or chat id as callers write it: judged by the pool, which knows its organization's country. */
export const address = z.string().min(1).max(64);
