import { campaigns } from "./campaigns.ts";
import type { Command } from "./command.ts";
import { keys } from "./keys.ts";
import { numbers } from "./numbers.ts";
import { send } from "./send.ts";
import { tail } from "./tail.ts";
import { webhooks } from "./webhooks.ts";
import { why } from "./why.ts";

/** Every command there is, in the order of the help. */
export const commands: readonly Command[] = [
  send,
  tail,
  why,
  {
    name: "listen",
    script: "listen.mjs",
    takes: "--forward <address>",
    summary: "Posts a key's events to a port of this machine, as webhooks, both signatures included",
    example: "npx trunkline listen --forward http://localhost:3000",
  },
  numbers,
  keys,
  webhooks,
  campaigns,
  {
    name: "deploy",
    script: "deploy.mjs",
    takes: "[--dry-run]",
    summary: "Brings your own Cloudflare account to this release",
    example: "npx trunkline deploy --dry-run",
  },
  {
    name: "sign-in",
    script: "sign-in.mjs",
    takes: "",
    summary: "Prints a link that opens the dashboard once",
    example: "npx trunkline sign-in",
  },
  {
    name: "doctor",
    script: "doctor.mjs",
    takes: "",
    summary: "Looks at everything that must be in order, and says what to do where it is not",
    example: "npx trunkline doctor",
  },
  {
    name: "export",
    script: "export.mjs",
    takes: "--out <file>",
    summary: "Writes everything of a gateway into a file, its secrets sealed",
    example: "npx trunkline export --out trunkline.ndjson",
  },
  {
    name: "import",
    script: "import.mjs",
    takes: "--file <file>",
    summary: "Brings an export into a new gateway",
    example: "npx trunkline import --file trunkline.ndjson",
  },
];
