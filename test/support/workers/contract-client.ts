import Ajv from "ajv";
import contract from "../../fixtures/blooio-v2.openapi.json" with { type: "json" };

type Parameter = { name: string; in: "path" | "query" | "header" };
type Described = {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<string, unknown>;
};
type Given = {
  path?: Record<string, string>;
  query?: Record<string, string | number>;
  headers?: Record<string, string>;
  body?: unknown;
  file?: Blob;
};
/** Thrown for an answer that is not 2xx, as generated clients do. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    super(`${status} ${body.message ?? body.error}`);
    this.status = status;
    this.body = body;
  }
}

const ajv = new Ajv({ strict: false, validateFormats: false });
ajv.addSchema(contract, "contract");

/** Every operation of the contract's document, by its id: where it is, and how it is described. */
const operations = new Map(
  // The fixture is free-form JSON; what a generator reads of it is named here.
  Object.entries(contract.paths as unknown as Record<string, Record<string, Described>>).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, described]) => described.operationId !== undefined)
      .map(([method, described]) => [described.operationId, { path, method, described }] as const),
  ),
);

/**
 * A client as a generator makes it of the contract's own document: it knows that document, a base URL and a key, and nothing of this gateway. It refuses to send what the
 * document does not know, and throws at an answer that breaks the document, or is none of a success.
 */
export function contractClient(options: {
  baseUrl: string;
  apiKey: string;
  fetch: (request: Request) => Promise<Response>;
}) {
  return async function request(id: string, given: Given = {}): Promise<Record<string, unknown>> {
    const operation = operations.get(id);
    if (operation === undefined) throw new Error(`The contract has no operation ${id}.`);
    const { path, method, described } = operation;
    const url = new URL(
      options.baseUrl + path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(given.path?.[name] ?? "")),
    );
    for (const [name, value] of Object.entries(given.query ?? {})) url.searchParams.set(name, String(value));
    const headers = new Headers({
      Authorization: `Bearer ${options.apiKey}`,
      Accept: "application/json",
      ...given.headers,
    });
    const body = bodyOf(id, described, given);
    if (typeof body === "string") headers.set("Content-Type", "application/json");
    const response = await options.fetch(
      new Request(url, { method: method.toUpperCase(), headers, ...(body === null ? {} : { body }) }),
    );
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new ApiError(response.status, answer);
    expectValid(id, pointerOf(path, method, `responses/${response.status}`), answer);
    return answer;
  };
}

function bodyOf(id: string, described: Described, { body, file }: Given): string | FormData | null {
  const content = described.requestBody?.content ?? {};
  if (file !== undefined) {
    const schema = content["multipart/form-data"]?.schema as { properties?: object } | undefined;
    const [field] = Object.keys(schema?.properties ?? {});
    if (field === undefined) throw new Error(`${id} takes no file.`);
    const form = new FormData();
    form.set(field, file);
    return form;
  }
  if (body === undefined) return null;
  const { path = "", method = "" } = operations.get(id) ?? {};
  if (content["application/json"] === undefined) throw new Error(`${id} takes no body.`);
  expectValid(id, pointerOf(path, method, "requestBody"), body);
  return JSON.stringify(body);
}

function pointerOf(path: string, method: string, part: string): string {
  return encodeURI(
    `contract#/paths/${path.replaceAll("~", "~0").replaceAll("/", "~1")}/${method}/${part}/content/application~1json/schema`,
  );
}

function expectValid(id: string, pointer: string, value: unknown): void {
  const validate = ajv.compile({ $ref: pointer });
  if (validate(value)) return;
  throw new Error(`${id} breaks the contract: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
}
