import { afterAll } from "vitest";

type Found = { id: string } | null;
type Transport = { resolveId: (id: string, importer?: string) => Promise<Found> };

/**
 * Lets the runner ask once where a module lies, until the last test has ended. Each call of the Worker and of an object imports the Worker's module, and for that the
 * runner asks the process of the test run each time: several times a request, over a socket that all files share. Returns what ends that: what still works behind the last
 * test, such as an alarm, then asks again and fails at the closed socket, which is how the runtime comes to rest.
 */
function findOnce(transport: Transport): () => void {
  const ask = transport.resolveId;
  const found = new Map<string, Found>();
  transport.resolveId = async (id, importer) => {
    const key = JSON.stringify([id, importer]);
    // The answer is kept, not the promise of it: a promise belongs to the request that made it.
    if (!found.has(key)) found.set(key, await ask(id, importer));
    return found.get(key) ?? null;
  };
  return () => {
    transport.resolveId = ask;
  };
}

const { __vitest_mocker__: mocker } = globalThis as unknown as {
  __vitest_mocker__: { moduleRunner: { vitestOptions: { transport: Transport } } };
};
afterAll(findOnce(mocker.moduleRunner.vitestOptions.transport));
