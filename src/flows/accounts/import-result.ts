import type { FailureCode, Result } from "../../domain/failure.ts";

export type ImportResult = {
  phoneNumber: string;
  status: "imported" | "reconfigured" | "failed";
  code?: FailureCode;
  message?: string;
  warnings?: string[];
};

/** Returns what an import tells of one address. */
export function describeImport(phoneNumber: string, done: Result<"imported" | "reconfigured">): ImportResult {
  if (done.ok) return { phoneNumber, status: done.value };
  return { phoneNumber, status: "failed", code: done.failure.code, message: done.failure.message };
}
