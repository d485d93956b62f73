import { adminOperations } from "./admin/operations.ts";
import { getHealth } from "./health.ts";
import type { Operation } from "./operation.ts";
import { v2Operations } from "./v2/operations.ts";
import { v4Operations } from "./v4/operations.ts";

/** Every operation there is, in the order of the document: routes, validators, handlers' types and OpenAPI come from here. */
export const operations: readonly Operation[] = [...v2Operations, ...v4Operations, ...adminOperations, getHealth];
