import * as z from "zod";
import type { FailureCode } from "../../domain/failure.ts";
import { isFlatAt, statusAt } from "../errors.ts";
import { failuresOf, fullPath, type Operation } from "../operation.ts";
import { ComingSoon, ErrorEnvelope, V4Error } from "../shapes/envelope.ts";
import { WebhookEventPayload } from "../webhooks/schemas.ts";
import { listTags, tagsOf, tagWords } from "./tags.ts";
import { describeWebhooks } from "./told.ts";

type Schema = Record<string, unknown>;
type Direction = "input" | "output";

/** Where the document is served, and of which version it speaks. */
export type Edition = { publicUrl: string; version: string };

/** Returns the OpenAPI 3.1 document of these operations, its schemas made by zod from the validators themselves. Throws when two schemas claim one name. */
export function makeOpenApi(operations: readonly Operation[], edition: Edition): Schema {
  const components = new Components();
  const paths: Record<string, Schema> = {};
  for (const operation of operations) {
    const path = fullPath(operation);
    paths[path] = { ...paths[path], [operation.method]: describeOperation(operation, components) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Trunkline",
      version: edition.version,
      description:
        "A messaging gateway over your own Twilio numbers that speaks the Blooio v2 API. Times are epoch milliseconds, phone numbers E.164.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: edition.publicUrl.replace(/\/+$/, "") || "/" }],
    tags: listTags(operations).map((name) => ({ name, description: tagWords[name] ?? name })),
    paths,
    webhooks: describeWebhooks(components.describe(WebhookEventPayload, "output")),
    components: {
      schemas: components.schemas,
      securitySchemes: {
        api_key: { type: "http", scheme: "bearer", description: "An API key: `tl_live_…` or `tl_test_…`." },
        admin: { type: "http", scheme: "bearer", description: "The deployment's admin token." },
      },
    },
  };
}

/** Returns `llms.txt`: what this is and every call in one line, for readers who are programs. */
export function makeLlmsText(operations: readonly Operation[], edition: Edition): string {
  const url = edition.publicUrl.replace(/\/+$/, "");
  const sections = listTags(operations).map((tag) => {
    const calls = operations.filter((operation) => tagsOf(operation).includes(tag));
    const lines = calls.map((call) => `- ${call.method.toUpperCase()} ${fullPath(call)}: ${call.summary}`);
    return [`## ${tag}`, "", ...lines].join("\n");
  });
  return [
    "# Trunkline",
    "",
    "> A messaging gateway over your own Twilio numbers that speaks the Blooio v2 API.",
    "",
    `Send \`Authorization: Bearer <API key>\` to ${url}/v2/api, the admin token to ${url}/admin/api. JSON in and out, times in epoch milliseconds, phone numbers in E.164. Errors carry a \`code\` and a \`doc_url\`.`,
    "",
    `- [OpenAPI 3.1](${url}/openapi.json)`,
    `- [Errors](${url}/errors)`,
    "",
    sections.join("\n\n"),
    "",
  ].join("\n");
}

function describeOperation(operation: Operation, components: Components): Schema {
  const parameters = [
    ...parametersOf("path", operation.params, components),
    ...parametersOf("query", operation.query, components),
    ...parametersOf("header", operation.headers, components),
  ];
  const requestBody = requestBodyOf(operation, components);
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    tags: tagsOf(operation),
    security: operation.auth === "none" ? [] : [{ [operation.auth]: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(requestBody === null ? {} : { requestBody }),
    responses: responsesOf(operation, components),
  };
}

function parametersOf(place: string, schemas: z.ZodObject | undefined, components: Components): Schema[] {
  return Object.entries(schemas?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = components.describe(field, "input");
    const required = place === "path" || !z.safeParse(field, undefined).success;
    return { name, in: place, required, ...(description === undefined ? {} : { description }), schema };
  });
}

function requestBodyOf(operation: Operation, components: Components): Schema | null {
  if (operation.multipart !== undefined) {
    const { field, types } = operation.multipart;
    const properties = { [field]: { type: "string", format: "binary" } };
    const form = { type: "object", properties, required: [field] };
    const encoding = { [field]: { contentType: types.join(", ") } };
    return { required: true, content: { "multipart/form-data": { schema: form, encoding } } };
  }
  if (operation.file !== undefined) {
    const { type, orJson } = operation.file;
    const json = orJson && { "application/json": { schema: components.describe(orJson, "input") } };
    return { required: true, content: { [type]: { schema: { type: "string" } }, ...json } };
  }
  const body = operation.documentedBody ?? operation.body;
  if (body === undefined) return null;
  const required = operation.bodyOptional !== true;
  return { required, content: { "application/json": { schema: components.describe(body, "input") } } };
}

function responsesOf(operation: Operation, components: Components): Schema {
  const answers = Object.entries(operation.answers).map(([status, { description, schema, media }]) => {
    return [status, answerOf(description, components.describe(schema, "output"), media)] as const;
  });
  const failures = failuresOf(operation);
  const statusOf = (code: FailureCode) => statusAt(operation.base, code);
  const statuses = [...new Set(failures.map(statusOf))];
  const refusals = statuses.map((status) => {
    const codes = failures.filter((code) => statusOf(code) === status);
    const own = codes.every((code) => isFlatAt(operation.base, code)) ? ErrorEnvelope : V4Error;
    const envelope = status === 501 ? ComingSoon : own;
    return [String(status), answerOf(listCodes(codes), components.describe(envelope, "output"))] as const;
  });
  return Object.fromEntries([...refusals, ...answers]);
}

function answerOf(description: string, schema: Schema, media: string = "application/json"): Schema {
  return { description, content: { [media]: { schema } } };
}

function listCodes(codes: FailureCode[]): string {
  return codes.map((code) => `\`${code}\``).join(", ");
}

/** Collects named schemas while operations are described. A schema's name is its `id` in zod's global registry. */
class Components {
  readonly schemas: Record<string, Schema> = {};

  /** Returns the JSON Schema as it stands in the document: a reference where the schema has a name. */
  describe(schema: z.core.$ZodType, io: Direction): Schema {
    const holder = z.object({ schema: z.optional(schema) });
    const whole: Schema = z.toJSONSchema(holder, { io, target: "draft-2020-12", override: tidy });
    for (const [name, definition] of Object.entries(asSchema(whole.$defs))) this.#add(name, asSchema(definition));
    return asSchema(pointToComponents(asSchema(whole.properties).schema));
  }

  #add(name: string, definition: Schema): void {
    const { id: _, ...rest } = definition;
    const schema = asSchema(pointToComponents(rest));
    const known = this.schemas[name];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`two schemas are named ${name}: give one of them another id`);
    }
    this.schemas[name] = schema;
  }
}

function asSchema(value: unknown): Schema {
  // What zod's toJSONSchema writes where JSON Schema allows schemas, or maps of them.
  return (value ?? {}) as Schema;
}

function pointToComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointToComponents);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const points = key === "$ref" && typeof inner === "string";
      return [key, points ? inner.replace("#/$defs/", "#/components/schemas/") : pointToComponents(inner)];
    }),
  );
}

/** Leaves out what says nothing to a reader: the bounds of safe integers, patterns beside a format, open-ended objects. */
function tidy({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: Schema }): void {
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.format === "date-time" || jsonSchema.contentEncoding === "base64") delete jsonSchema.pattern;
  const strict = zodSchema._zod.def.type === "object" && zodSchema._zod.def.catchall?._zod.def.type === "never";
  if (zodSchema._zod.def.type === "object" && !strict) delete jsonSchema.additionalProperties;
}
