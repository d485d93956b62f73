import { readFileSync } from "node:fs";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { Validator } from "@seriousme/openapi-schema-validator";
import { describe, expect, it } from "vitest";
import { eventNames } from "../../domain/event.ts";
import { type FailureCode, failureMessages } from "../../domain/failure.ts";
import { ComingSoon, ErrorEnvelope } from "../shapes/envelope.ts";
import { operations } from "../table.ts";
import { imessageOnly } from "../v2/unsupported.ts";
import { errorGuide } from "./error-guide.ts";
import { exampleAnswer, makeErrorDocs, makeErrorPage } from "./errors-page.ts";
import { makeLlmsText, makeOpenApi } from "./openapi.ts";

type Node = { [key: string]: Node };

const edition = { publicUrl: "https://gate.example/", version: "0.1.0" };
// Read as the free-form JSON that it is.
const parse = (text: string) => JSON.parse(text) as Node;
const document = parse(JSON.stringify(makeOpenApi(operations, edition)));
const contract = parse(readFileSync("test/fixtures/blooio-v2.openapi.json", "utf8"));
const contractOperations = Object.entries(contract.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    path,
    method,
    operation,
    id: String(operation.operationId),
  })),
);

// The list is written out as one constant, so its keys are exactly the codes.
const errorCodes = Object.keys(failureMessages) as FailureCode[];

describe("the document", () => {
  it("passes a schema checker for OpenAPI 3.1", async () => {
    const checked = await new Validator().validate(structuredClone(document));
    expect(checked).toMatchObject({ valid: true });
  });

  it("has nothing that the strictest rules of Redocly complain of", { timeout: 60_000 }, async () => {
    const config = await createConfig({ extends: ["recommended-strict"] });
    const problems = await lintFromString({ source: JSON.stringify(document), config });
    expect(problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`)).toEqual(
      [],
    );
  });

  it("says of every call and every group of calls what it is about, and what every webhook is told", () => {
    expect(operations.filter(({ description }) => description === undefined).map(({ id }) => id)).toEqual([]);
    // Read as the free-form JSON that it is.
    const tags = document.tags as unknown as { name: string; description: string }[];
    expect(tags.filter(({ name, description }) => description === name)).toEqual([]);
    expect(Object.keys(document.webhooks ?? {})).toEqual([...eventNames]);
    for (const told of Object.values(document.webhooks ?? {})) {
      expect(told.post?.requestBody?.content?.["application/json"]?.schema).toEqual({
        $ref: "#/components/schemas/WebhookEventPayload",
      });
    }
  });

  it("refers only to schemas that it holds", () => {
    const names = new Set(Object.keys(document.components?.schemas ?? {}));
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, target]) => target);
    expect(references.length).toBeGreaterThan(100);
    for (const target of references) {
      expect(names).toContain(target?.replace("#/components/schemas/", ""));
    }
  });

  it("groups what only an iMessage line can do at the end, and says why", () => {
    const tags = document.tags as unknown as { name: string; description: string }[];
    const last = tags.at(-1);
    expect(last).toMatchObject({
      name: "iMessage lines only",
      description: expect.stringContaining("not_supported_on_twilio"),
    });
    const grouped = Object.values(document.paths ?? {}).flatMap((item) =>
      Object.values(item).filter(({ tags: own }) => Object.values(own ?? {}).some((tag) => String(tag) === last?.name)),
    );
    expect(grouped.map(({ operationId }) => String(operationId)).toSorted()).toEqual(
      imessageOnly.map(({ id }) => id).toSorted(),
    );
  });

  it("names every operation once, with the parameters of its path and an answer", () => {
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    for (const operation of operations) {
      const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(operation.params?.shape ?? {}), operation.id).toEqual(inPath);
      expect(Object.keys(operation.answers), operation.id).not.toEqual([]);
    }
  });

  it("shows what is required, what is refused and what fails", () => {
    const send = document.paths?.["/v2/api/chats/{chatId}/messages"]?.post;
    expect(send?.security).toEqual([{ api_key: [] }]);
    expect(send?.responses?.["403"]?.description).toContain("`from_number_not_owned`");
    expect(send?.requestBody?.content?.["application/json"]?.schema).toEqual({
      $ref: "#/components/schemas/SendMessageRequest",
    });
    const createKey = document.paths?.["/admin/api/api-keys"]?.post;
    expect(createKey?.requestBody?.content?.["application/json"]?.schema).toMatchObject({
      additionalProperties: false,
      required: ["name"],
    });
  });
});

describe("the contract", () => {
  it("has 55 operations, and the table has each of them at the same method and path", () => {
    const ours = new Set(operations.filter(({ base }) => base === "v2").map((o) => `${o.id} ${o.method} ${o.path}`));
    expect(contractOperations).toHaveLength(55);
    for (const { id, method, path } of contractOperations) expect(ours).toContain(`${id} ${method} ${path}`);
  });

  it.each(contractOperations)("$id takes the same query and header parameters", ({ path, method, operation }) => {
    const ours = parametersOf(document.paths?.[`/v2/api${path}`]?.[method]);
    for (const [name, theirs] of parametersOf(operation)) {
      const { format: _, "x-required": __, ...schema } = theirs.schema ?? {};
      expect(ours.get(name), name).toMatchObject({ in: theirs.in, required: theirs.required ?? false, schema });
    }
  });

  it.each(contractOperations)(
    "$id requires no more of a body, and knows all its fields",
    ({ path, method, operation }) => {
      const theirs = bodyOf(operation, contract);
      const ours = bodyOf(document.paths?.[`/v2/api${path}`]?.[method], document);
      if (theirs === null) return;
      expect(ours?.required ?? []).toEqual(theirs.required ?? []);
      if (theirs.properties !== undefined) {
        expect(Object.keys(ours?.properties ?? {})).toEqual(expect.arrayContaining(Object.keys(theirs.properties)));
      }
    },
  );

  it.each(contractOperations)("$id: our schemas accept the contract's answers", ({ id, operation }) => {
    const ours = operations.find((candidate) => candidate.base === "v2" && candidate.id === id);
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      if (Number(status) >= 300 && status !== "501") continue;
      const schema = response.content?.["application/json"]?.schema ?? {};
      for (const fill of [false, true]) {
        const sample = sampleOf(schema, fill);
        const parsed = ours?.answers[Number(status)]?.schema.safeParse(sample);
        expect(parsed?.error?.issues ?? [], `${id} ${status}`).toEqual([]);
        expect(parsed?.success, `${id} ${status} is documented`).toBe(true);
      }
    }
  });
});

describe("the pages", () => {
  it("docs/errors.md is what scripts/make-error-docs.mjs writes", () => {
    expect(readFileSync("docs/errors.md", "utf8")).toBe(makeErrorDocs(operations));
  });

  it("every code has its anchor on the error page and in docs/errors.md", () => {
    const page = makeErrorPage(operations);
    const markdown = makeErrorDocs(operations);
    for (const code of errorCodes) {
      expect(page).toContain(`<section id="${code}">`);
      expect(markdown).toContain(`\n## ${code}\n`);
    }
  });

  it.each(errorCodes)("%s: why it is answered, what to do, and what an answer looks like", (code) => {
    const { cause, fix } = errorGuide[code];
    for (const text of [cause, fix]) expect(text).toMatch(/^[A-Z`].{20,}\.$/);
    const example = exampleAnswer(code);
    const shape = code === "coming_soon" ? ComingSoon : ErrorEnvelope;
    expect(shape.safeParse(example).error).toBeUndefined();
    const section = between(makeErrorDocs(operations), `\n## ${code}\n`, "\n## ");
    expect(section).toContain(`**Why.** ${cause}\n\n**What to do.** ${fix}`);
    expect(JSON.parse(between(section, "```json", "```"))).toEqual(example);
    const shown = between(makeErrorPage(operations), `<section id="${code}">`, "</section>");
    for (const word of ["Why.", "What to do.", "<pre>"]) expect(shown).toContain(word);
  });

  it("llms.txt has a line for every call", () => {
    const text = makeLlmsText(operations, edition);
    expect(text.match(/^- (?:GET|POST|PUT|PATCH|DELETE) \//gm)).toHaveLength(operations.length);
    expect(text).toContain("- POST /v2/api/chats/{chatId}/messages: Send a message");
  });
});

function between(text: string, start: string, end: string): string {
  return text.split(start)[1]?.split(end)[0] ?? "";
}

function parametersOf(operation: Node | undefined): Map<string, Node> {
  const listed = Object.values(operation?.parameters ?? {});
  return new Map(listed.filter((p) => String(p.in) !== "path").map((p) => [String(p.name), p]));
}

function bodyOf(operation: Node | undefined, whole: Node): Node | null {
  const content = Object.values(operation?.requestBody?.content ?? {})[0]?.schema;
  if (content === undefined) return null;
  return resolve(content, whole);
}

function resolve(schema: Node, whole: Node): Node {
  const reference = schema.$ref;
  if (reference === undefined) return schema;
  return whole.components?.schemas?.[String(reference).split("/").at(-1) ?? ""] ?? {};
}

/** One value of a contract schema: every field there, nullable ones null unless `fill`. */
function sampleOf(given: Node, fill: boolean): unknown {
  const schema = resolve(given, contract);
  const types = [schema.type].flat().map(String);
  if (types.includes("null") && !fill) return null;
  if (schema.enum !== undefined) return Object.values(schema.enum)[0];
  if (schema.allOf !== undefined) return sampleOf(joined(Object.values(schema.allOf)), fill);
  const choices = Object.values(schema.anyOf ?? schema.oneOf ?? {});
  if (choices[0] !== undefined) return sampleOf(choices[0], fill);
  if (types.includes("array")) return [sampleOf(schema.items ?? {}, fill)];
  const scalar = scalarOf(types, String(schema.format));
  if (scalar !== undefined) return scalar;
  const properties = Object.entries(schema.properties ?? {});
  return Object.fromEntries(properties.map(([name, inner]) => [name, sampleOf(inner, fill)]));
}

function scalarOf(types: string[], format: string): unknown {
  if (format === "date-time") return "2026-01-31T09:00:00.000Z";
  const scalars: Record<string, unknown> = { integer: 7, number: 7.5, boolean: true, string: "text" };
  return types.map((type) => scalars[type]).find((scalar) => scalar !== undefined);
}

function joined(parts: Node[]): Node {
  const properties = Object.assign({}, ...parts.map((part) => resolve(part, contract).properties));
  return { properties };
}
