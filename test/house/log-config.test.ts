import { expect, it } from "vitest";
import { readWranglerToml } from "../../scripts/bundle.mjs";

const { vars, observability } = readWranglerToml(".");

it("a deployment's own LOG_SHARE is not set anew: wrangler.toml does not name it", () => {
  expect(vars).toHaveProperty("TWILIO_API_URL");
  expect(vars).not.toHaveProperty("LOG_SHARE");
});

it("the platform writes no line of its own, which would hold whole URLs", () => {
  expect(observability).toMatchObject({ enabled: true, logs: { enabled: true, invocation_logs: false } });
});
