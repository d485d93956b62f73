import fc from "fast-check";
import { expect, test } from "vitest";
import { RequestGate } from "../../scripts/local/requests.mjs";

const head = (line: string, more = "") => `${line} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;
const stream = [
  head("GET /a"),
  `${head("POST /b", "Content-Length: 5\r\n")}hello`,
  `${head("POST /c", "Transfer-Encoding: chunked\r\n")}5\r\nhello\r\n3;x=y\r\nyou\r\n0\r\nX-T: 1\r\n\r\n`,
  head("GET /d"),
].join("");

/** Writes bytes cut at these places, and returns what came through and how it was refused. */
async function passThrough(
  bytes: string,
  cuts: readonly number[],
): Promise<{ passed: string; refusal: string | null }> {
  const gate = new RequestGate();
  const passed: Buffer[] = [];
  gate.on("data", (chunk: Buffer) => passed.push(chunk));
  const ended = new Promise((resolve) => gate.once("end", resolve));
  const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index += 1) {
    gate.write(Buffer.from(bytes.slice(places[index - 1], places[index]), "latin1"));
  }
  gate.end();
  await ended;
  return { passed: Buffer.concat(passed).toString("latin1"), refusal: gate.refusal };
}

const anywhere = fc.array(fc.nat(10_000), { maxLength: 30 });

test("good requests come through byte for byte, wherever they are cut", async () => {
  await fc.assert(
    fc.asyncProperty(anywhere, async (cuts) => {
      expect(await passThrough(stream, cuts)).toEqual({ passed: stream, refusal: null });
    }),
  );
});

test("a bad head is refused wherever it is cut, and nothing of it or behind it comes through", async () => {
  await fc.assert(
    fc.asyncProperty(anywhere, async (cuts) => {
      const bad = head("GET /e", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n");
      const { passed, refusal } = await passThrough(`${stream}${bad}${stream}`, cuts);
      expect(passed).toBe(stream);
      expect(refusal).toContain('"code":"invalid_request"');
    }),
  );
});
