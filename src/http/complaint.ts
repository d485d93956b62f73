import type * as z from "zod";
import { type Failure, type FailureCode, failureMessages } from "../domain/failure.ts";

export type Place = "path" | "query" | "header" | "body";
type Issue = z.core.$ZodIssue;

/** Options for zod's `refine` by which a broken rule answers a code of its own instead of `invalid_request`. */
export function coded(
  code: FailureCode,
  message: string = failureMessages[code],
): {
  error: string;
  params: { code: FailureCode };
} {
  return { error: message, params: { code } };
}

/**
 * Returns what zod found as one failure: its code and sentence are the first issue's, `issues` lists up to ten.
 * A schema's own message is kept: whole when it begins with a capital, else as the end of a sentence about the field.
 */
export function complain(place: Place, issues: readonly Issue[]): Failure {
  const listed = issues.slice(0, 10).map((issue) => {
    const field = fieldName(issue.path);
    return { in: place, field, message: sentence(issue, field === "" ? `The ${place}` : field) };
  });
  return {
    code: codeOf(issues[0]),
    message: listed[0]?.message ?? failureMessages.invalid_request,
    context: { issues: listed },
  };
}

function codeOf(issue: Issue | undefined): FailureCode {
  const code: unknown = issue?.code === "custom" ? issue.params?.code : undefined;
  return isFailureCode(code) ? code : "invalid_request";
}

function isFailureCode(code: unknown): code is FailureCode {
  return typeof code === "string" && Object.hasOwn(failureMessages, code);
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>((name, part) => {
    if (typeof part === "number") return `${name}[${part}]`;
    return name === "" ? String(part) : `${name}.${String(part)}`;
  }, "");
}

function sentence(issue: Issue, field: string): string {
  if (!/^(?:Invalid|Too small|Too big|Unrecognized)/.test(issue.message)) {
    return /^[A-Z]/.test(issue.message) ? issue.message : `${field} ${issue.message}`;
  }
  if (issue.input === undefined && issue.code !== "unrecognized_keys") return `${field} is required.`;
  return `${field} ${predicate(issue)}`;
}

function predicate(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${nouns[issue.expected] ?? issue.expected}.`;
    case "invalid_value":
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}.`;
    case "too_small":
      if (issue.inclusive === false) return `must be more than ${issue.minimum}.`;
      return `must ${amount(issue.origin, "least", Number(issue.minimum))}.`;
    case "too_big":
      if (issue.inclusive === false) return `must be less than ${issue.maximum}.`;
      return `must ${amount(issue.origin, "most", Number(issue.maximum))}.`;
    case "unrecognized_keys":
      return `has unknown fields: leave out ${issue.keys.map((key) => JSON.stringify(key)).join(", ")}.`;
    case "invalid_format":
      return "has the wrong form.";
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}.`;
    case "invalid_union":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return "is not valid.";
  }
}

const nouns: Partial<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function amount(origin: string, bound: "least" | "most", count: number): string {
  if (origin === "string")
    return count === 1 && bound === "least" ? "not be empty" : `have at ${bound} ${count} characters`;
  if (origin === "array") return `have at ${bound} ${count} ${count === 1 ? "entry" : "entries"}`;
  return `be at ${bound} ${count}`;
}
