import { CopyOnce } from "../copy.tsx";
import { VerifySamples } from "./verify-samples.tsx";

/** A webhook's secret, shown this once, and what to do with it. Whoever renders it keeps the secret in its own state alone. */
export function SecretOnce({ secret }: { secret: string }) {
  return (
    <>
      <p>Copy the signing secret now: it is shown this once. Your receiver verifies every delivery with it.</p>
      <CopyOnce text={secret} what="the secret" />
      <VerifySamples />
    </>
  );
}
