import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { findMac, findMacAt } from "../../../src/directory/accounts.ts";
import { openDatabase } from "../../../src/directory/database.ts";
import { findNumber } from "../../../src/directory/numbers.ts";
import { changeMac, connectMac, disconnectMac } from "../../../src/flows/macs/connect-mac.ts";
import { changeNumber } from "../../../src/flows/numbers/assign.ts";
import { registerLine } from "../../../src/flows/numbers/register-line.ts";
import type { FakeMac } from "../../support/node/fake-bluebubbles-mac.ts";
import { admin } from "../../support/workers/gateway.ts";
import { type LineKey, makeLineKey, newLine, standInForMacs } from "../../support/workers/mac.ts";
import { type AnyGround, driveCuts, type Window } from "../../support/workers/windows.ts";

const db = openDatabase(env.DB);

type Ground = LineKey & AnyGround & { mac: FakeMac; inbound: string; other: FakeMac; otherKeyId: string };

/** A Mac with a line of a key, another address of it that nobody has registered, and a Mac that is not connected. */
async function makeGround(): Promise<Ground> {
  const world = standInForMacs();
  const inbound = newLine();
  const mac = world.open({ aliases: [newLine(), inbound] });
  const other = world.open();
  const key = await makeLineKey(mac);
  // It was looked at already: what a cut leaves must be seen all the same.
  await env.DB.prepare("UPDATE twilio_accounts SET checked_at = ? WHERE id = ?")
    .bind(Date.now(), key.integrationId)
    .run();
  const made = await admin("/api-keys", { body: { name: "Other", organization_id: key.organizationId } });
  return { ...key, turn: 0, mac, inbound, other, otherKeyId: String(made.body.api_key_id) };
}

const windows: Window<Ground>[] = [
  {
    needsFreshGround: true,
    flow: "connectMac",
    run: (deps, { organizationId, other }) =>
      connectMac(deps, { organizationId, name: undefined, url: other.url, password: other.options.password }),
    watched: async ({ organizationId, other }) => {
      const row = await findMacAt(db, organizationId, other.url);
      expect(other.hooks).toHaveLength(row === null ? 0 : 1);
    },
    done: async ({ organizationId, other }) => {
      expect(await findMacAt(db, organizationId, other.url)).toMatchObject({ mac: { bellHung: true } });
      expect(other.hooks).toHaveLength(1);
    },
  },
  {
    needsFreshGround: true,
    flow: "changeMac",
    run: (deps, { integrationId, other }) =>
      changeMac(deps, integrationId, { url: other.url, password: other.options.password }),
    watched: async ({ integrationId, other }) => {
      const row = await findMac(db, integrationId);
      expect(other.hooks).toHaveLength(row?.url === other.url ? 1 : 0);
    },
    done: async ({ integrationId, other }) => {
      expect(await findMac(db, integrationId)).toMatchObject({ url: other.url, mac: { bellHung: true } });
      expect(other.hooks).toHaveLength(1);
    },
  },
  {
    needsFreshGround: true,
    flow: "disconnectMac",
    run: (deps, { integrationId }) => disconnectMac(deps, integrationId),
    watched: async ({ integrationId, mac }) =>
      expect(mac.hooks).toHaveLength((await findMac(db, integrationId)) === null ? 0 : 1),
    done: async ({ integrationId, line, mac }) => {
      expect(await findMac(db, integrationId)).toBeNull();
      expect(await findNumber(db, line)).toBeNull();
      expect(mac.hooks).toEqual([]);
    },
  },
  {
    needsFreshGround: true,
    flow: "registerLine",
    // A line that was not written down is not registered: whoever asked was not answered.
    promisedBy: "D1 insert numbers",
    run: async (deps, { integrationId, inbound, id }) => {
      const made = await registerLine(deps, { address: inbound, integrationId }, { type: "inbound", apiKeyId: id });
      if (!made.ok && made.failure.code === "already_exists") return changeNumber(deps, inbound, { apiKeyId: id });
      return made;
    },
    done: async ({ inbound, id }) => expect(await findNumber(db, inbound)).toMatchObject({ apiKeyId: id }),
  },
  {
    needsFreshGround: true,
    flow: "changeNumber (a line from pool to pool)",
    before: async ({ id, line, mac }) => {
      mac.receive({ from: "+15557770001", to: line, text: "Hi" } as never);
      await runDurableObjectAlarm(env.POOLS.getByName(id));
      await env.DB.prepare("UPDATE numbers SET line_mark = '0@1' WHERE address = ?").bind(line).run();
    },
    run: (deps, { line, otherKeyId }) => changeNumber(deps, line, { apiKeyId: otherKeyId }),
    watched: async ({ line, id }) => {
      const row = await findNumber(db, line);
      // What the pool had taken is not taken again by the next one.
      if (row?.apiKeyId !== id) expect(row?.lineMark).not.toBe("0@1");
    },
    done: async ({ line, otherKeyId }) => expect((await findNumber(db, line))?.apiKeyId).toBe(otherKeyId),
  },
];

it(
  "wherever a flow of a Mac ends, the directory, the Mac and its pools agree in the end",
  {
    timeout: 900_000,
  },
  () => driveCuts(makeGround, windows),
);
