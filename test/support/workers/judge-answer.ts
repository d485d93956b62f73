import Ajv, { type ValidateFunction } from "ajv";
import type { FailureCode } from "../../../src/domain/failure.ts";
import { statusAt, statusOfFailure } from "../../../src/http/errors.ts";
import { failuresOf, fullPath, type Operation } from "../../../src/http/operation.ts";
import { ErrorEnvelope, V4Error } from "../../../src/http/shapes/envelope.ts";
import { operations } from "../../../src/http/table.ts";
import contract from "../../fixtures/blooio-v2.openapi.json" with { type: "json" };
import { allowedStatuses, allowedValues } from "./contract-differences.ts";

/** One answer of the gateway, as it came. */
export type Answered = { method: string; path: string; status: number; body: unknown; headers: Headers };

const table = operations.map((operation) => ({
  operation,
  method: operation.method.toUpperCase(),
  pattern: new RegExp(
    `^${fullPath(operation)
      .replace(/\./g, "\\.")
      .replace(/\{\w+\}/g, "[^/]+")}$`,
  ),
  // `/phone-numbers/lookup` goes before `/phone-numbers/{…}`, as in the router.
  variables: operation.path.split("{").length,
}));
table.sort((left, right) => left.variables - right.variables);

/** Throws unless the answer is what the table documents for its call, field by field, and what the contract allows but for the listed differences. */
export function judgeAnswer(answer: Answered): void {
  const { pathname } = new URL(answer.path, "https://gateway.test");
  const call = `${answer.method} ${pathname} answered ${answer.status}`;
  const complaint = complaintAbout(answer, pathname);
  if (complaint !== null) throw new Error(`${call}: ${complaint}\n${JSON.stringify(answer.body, null, 2)}`);
}

function complaintAbout(answer: Answered, pathname: string): string | null {
  if (!answer.headers.has("X-Request-Id")) return "it has no X-Request-Id";
  const found = table.find(({ method, pattern }) => method === answer.method && pattern.test(pathname));
  if (found === undefined) return answer.status >= 400 ? complaintAboutRefusal(answer, null) : null;
  const { operation } = found;
  const own =
    answer.status >= 400 && operation.answers[answer.status] === undefined
      ? complaintAboutRefusal(answer, operation)
      : complaintAboutSuccess(answer.body, operation.answers[answer.status]);
  return own ?? (operation.base === "v2" ? complaintByContract(answer, operation) : null);
}

/** A documented schema drops what it does not know: what it returns must be what was sent. */
function complaintAboutSuccess(body: unknown, documented: Operation["answers"][number] | undefined): string | null {
  if (documented === undefined) return "this status is not documented";
  const parsed = documented.schema.safeParse(body);
  if (!parsed.success) return `the body breaks its own schema: ${JSON.stringify(parsed.error.issues)}`;
  const kept = canonical(parsed.data);
  return kept === canonical(body) ? null : `fields are not documented; documented are ${kept}`;
}

function complaintAboutRefusal(answer: Answered, operation: Operation | null): string | null {
  const isV4 = operation === null ? /^\/v4(?:\/|$)/.test(answer.path) : operation.base === "v4";
  return isV4 && answer.status !== 401
    ? complaintAboutV4Failure(answer, operation)
    : complaintAboutFailure(answer, operation);
}

function complaintAboutFailure(answer: Answered, operation: Operation | null): string | null {
  if (answer.status === 501) return null;
  const parsed = ErrorEnvelope.safeParse(answer.body);
  if (!parsed.success) return "it is not the error envelope";
  const { error, code, status, request_id, doc_url, message } = parsed.data;
  if (error !== "ApiError" || status !== answer.status || message === "") return "the envelope is not filled in";
  const codes: readonly string[] = operation === null ? Object.keys(statusOfFailure) : failuresOf(operation);
  if (code === undefined || !codes.includes(code)) return `the code ${code} is not documented for this call`;
  if (Object.entries(statusOfFailure).every(([known, at]) => known !== code || at !== status))
    return `${code} is not a ${status}`;
  if (request_id !== answer.headers.get("X-Request-Id")) return "request_id is not the X-Request-Id";
  return doc_url?.endsWith(`/errors#${code}`) ? null : "doc_url does not point to the code";
}

function complaintAboutV4Failure(answer: Answered, operation: Operation | null): string | null {
  const parsed = V4Error.strict().safeParse(answer.body);
  if (!parsed.success) return "it is not v4's error envelope";
  const { code, message, details } = parsed.data.error;
  const known = operation === null ? Object.keys(statusOfFailure) : failuresOf(operation);
  const found = known.find((one) => one === code);
  if (found === undefined) return `the code ${code} is not documented for this call`;
  if (statusAt("v4", found as FailureCode) !== answer.status) return `${code} is not a ${answer.status}`;
  if (message === "" || details.request_id !== answer.headers.get("X-Request-Id"))
    return "the envelope is not filled in";
  return details.doc_url.endsWith(`/errors#${code}`) ? null : "doc_url does not point to the code";
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(contract, "contract");
const validators = new Map<string, ValidateFunction>();

type ContractResponses = Record<string, { content?: Record<string, { schema?: unknown }> } | undefined>;

function complaintByContract(answer: Answered, operation: Operation): string | null {
  // The fixture is free-form JSON; only the places that are asked for here are named.
  const paths = contract.paths as unknown as Record<string, Record<string, { responses?: ContractResponses }>>;
  const responses = paths[operation.path]?.[operation.method]?.responses;
  if (responses === undefined) return null;
  const status = String(answer.status);
  if (responses[status] === undefined) {
    return allowedStatuses.includes(answer.status) ? null : "the contract does not know this status here";
  }
  const schema = responses[status].content?.["application/json"]?.schema;
  if (schema === undefined) return null;
  const key = `${operation.id} ${status}`;
  const pointer = `contract#/paths/${operation.path.replaceAll("/", "~1")}/${operation.method}/responses/${status}/content/application~1json/schema`;
  const validate = validators.get(key) ?? ajv.compile({ $ref: encodeURI(pointer) });
  validators.set(key, validate);
  if (validate(answer.body)) return null;
  const broken = (validate.errors ?? []).filter(
    ({ instancePath, keyword }) =>
      !allowedValues.some((allowed) => keyword === allowed.keyword && allowed.at.test(instancePath)),
  );
  if (broken.length === 0) return null;
  return `it breaks the contract: ${broken.map(({ instancePath, message }) => `${instancePath} ${message}`).join("; ")}`;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  );
}
