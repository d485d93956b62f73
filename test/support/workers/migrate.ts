import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    migrations: D1Migration[];
    /** How many requests the big form of the fuzz makes of each kind; 0 is the small form. */
    fuzzRuns: number;
    stormSends: number;
  }
}

await applyD1Migrations(env.DB, inject("migrations"));
