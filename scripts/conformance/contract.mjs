import { readFileSync } from "node:fs";
import Ajv from "ajv";

const contract = JSON.parse(
  readFileSync(new URL("../../test/fixtures/blooio-v2.openapi.json", import.meta.url), "utf8"),
);
const operations = new Map();
for (const [path, item] of Object.entries(contract.paths)) {
  for (const [method, operation] of Object.entries(item))
    operations.set(operation.operationId, { path, method, operation });
}
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(contract, "contract");

/** Values that this project adds to the contract's enums (docs/decisions/contract-differences.md). */
const allowed = [{ at: /\/protocol$/, keyword: "enum" }];

/** Returns what is wrong with an answer by the contract, or null. Statuses that it does not list are held to the error envelope. */
export function judge(id, answer) {
  const { path, method, operation } = operations.get(id) ?? {};
  if (operation === undefined) return null;
  const listed = operation.responses[String(answer.status)];
  const pointer =
    listed?.content?.["application/json"] === undefined
      ? "contract#/components/schemas/Error"
      : encodeURI(
          `contract#/paths/${path.replaceAll("/", "~1")}/${method}/responses/${answer.status}/content/application~1json/schema`,
        );
  if (listed === undefined && answer.status < 400) return `the contract has no ${answer.status} here`;
  const valid = ajv.validate({ $ref: pointer }, answer.body);
  const broken = (ajv.errors ?? []).filter(
    ({ instancePath, keyword }) =>
      !allowed.some(({ at, keyword: named }) => named === keyword && at.test(instancePath)),
  );
  if (valid || broken.length === 0) return null;
  return broken.map(({ instancePath, message }) => `${instancePath || "the body"} ${message}`).join("; ");
}

/** Returns how many of the contract's operations are among these, and which are not. */
export function countOperations(ids) {
  const missing = [...operations.keys()].filter((id) => !ids.includes(id));
  return { seen: operations.size - missing.length, total: operations.size, missing };
}
