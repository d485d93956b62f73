import { CopyOnce } from "../copy.tsx";
import { curlLine } from "./curl-line.ts";

/** A key's token, shown this once, and a line that sends with it. Whoever renders it keeps the token in its own state alone. */
export function TokenOnce({ token, isTest }: { token: string; isTest: boolean }) {
  return (
    <>
      <p>Copy the key now: it is shown this once, and nobody can read it afterwards.</p>
      <CopyOnce text={token} what="the key" />
      <p>{isTest ? "Try it in a terminal; the sandbox answers:" : "Send with it, to a number of your own first:"}</p>
      <CopyOnce text={curlLine(location.origin, token, isTest)} what="the line" />
    </>
  );
}
