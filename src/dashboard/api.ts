import { paths } from "virtual:operations";
import type * as z from "zod";
import type { apiKeyOperations } from "../http/admin/api-keys/contract.ts";
import type { keyCampaignOperations } from "../http/admin/campaigns/contract.ts";
import type { keyContactOperations } from "../http/admin/contacts/contract.ts";
import type { integrationOperations } from "../http/admin/integrations/contract.ts";
import type { macOperations } from "../http/admin/macs/contract.ts";
import type { masterKeyOperations } from "../http/admin/master-keys/contract.ts";
import type { adminMessageOperations } from "../http/admin/messages/contract.ts";
import type { numberOperations } from "../http/admin/numbers/contract.ts";
import type { organizationOperations } from "../http/admin/organizations/contract.ts";
import type { peopleOperations } from "../http/admin/people/contract.ts";
import type { personOperations } from "../http/admin/persons/contract.ts";
import type { poolOperations } from "../http/admin/pools/contract.ts";
import type { publicUrlOperations } from "../http/admin/public-url/contract.ts";
import type { sessionOperations } from "../http/admin/sessions/contract.ts";
import type { statusOperations } from "../http/admin/status/contract.ts";
import type { tryingOperations } from "../http/admin/trying/contract.ts";
import type { organizationWebhookOperations } from "../http/admin/webhooks/contract.ts";

type Lists =
  | typeof apiKeyOperations
  | typeof keyCampaignOperations
  | typeof keyContactOperations
  | typeof integrationOperations
  | typeof adminMessageOperations
  | typeof macOperations
  | typeof numberOperations
  | typeof organizationOperations
  | typeof peopleOperations
  | typeof personOperations
  | typeof poolOperations
  | typeof masterKeyOperations
  | typeof sessionOperations
  | typeof statusOperations
  | typeof tryingOperations
  | typeof organizationWebhookOperations
  | typeof publicUrlOperations;
type Operations = Lists[number];
type Id = Operations["id"];
type Table = { [O in Operations as O["id"]]: O };
type Of<I extends Id> = Table[I];
export type OperationId = Id;
type Part<O, K extends string> = O extends Record<K, infer S extends z.ZodType> ? { [P in K]: z.input<S> } : unknown;
type Inputs = { [I in Id]: Part<Of<I>, "params"> & Partial<Part<Of<I>, "query">> & Part<Of<I>, "body"> };
/** What a call takes: the parts that its operation names. */
export type Given<I extends Id> = Inputs[I];

/** What a call answers when it succeeds. */
export type Answer<I extends Id> =
  Of<I>["answers"] extends Readonly<Record<number, infer A>>
    ? A extends { schema: infer S extends z.ZodType }
      ? z.output<S>
      : never
    : never;

/** A refusal as the gateway words it: code, request id, and where the way on is described. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string;
  /** Everything that the gateway said, with what is particular to the code. */
  readonly details: Readonly<Record<string, unknown>>;
  constructor(status: number, envelope: { message?: string; code?: string; request_id?: string }) {
    super(envelope.message ?? `The gateway answered ${status}.`);
    this.status = status;
    this.code = envelope.code ?? "";
    this.requestId = envelope.request_id ?? "";
    this.details = { ...envelope };
  }
}

type Loose = { params?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };

/** Makes an admin call by its id, a repeatable one with its idempotency key. Rejects with an `ApiProblem`. */
export async function call<I extends Id>(id: I, given: Given<I>, idempotencyKey?: string): Promise<Answer<I>> {
  const { params = {}, query = {}, body } = given as Loose;
  const headers: Record<string, string> = idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey };
  const [method] = paths[id] ?? ["GET"];
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const search = new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString();
  return request(`${addressOf(id, params)}${search === "" ? "" : `?${search}`}`, method, body, headers);
}

/** Returns where an admin call is made, for a link to what it answers. */
export function addressOf(id: Id, params: Record<string, string>): string {
  const [, path] = paths[id] ?? ["GET", `/${id}`];
  return `/admin/api${path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""))}`;
}

/** Makes a session call, or any other of this origin; a file goes as it is, anything else as JSON. Rejects with an `ApiProblem`. */
export async function request<T>(
  url: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<T> {
  const isFile = body instanceof Blob;
  const type = isFile ? "text/csv" : "application/json";
  const answer = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { "Content-Type": type }), ...headers },
    ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  const read = parse(text);
  if (!answer.ok) throw new ApiProblem(answer.status, read ?? {});
  return read as T;
}

function parse(text: string) {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
