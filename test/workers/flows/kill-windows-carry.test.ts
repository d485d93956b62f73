import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { askPool } from "../../../src/flows/ask-pool.ts";
import { endCancelling } from "../../../src/flows/messages/cancel.ts";
import { carryOn } from "../../../src/flows/messages/carry.ts";
import { freshDeps } from "../../support/workers/cut.ts";
import { admin, eventually } from "../../support/workers/gateway.ts";
import { sendFrom } from "../../support/workers/mac.ts";
import { newPerson, report } from "../../support/workers/pool.ts";
import { openTwoNetworks, type TwoNetworks } from "../../support/workers/two-networks.ts";
import { type AnyGround, driveCuts, type Window } from "../../support/workers/windows.ts";

/** Two keys, of which the one falls back to the other, and the message of this turn: to somebody who is not on iMessage. */
type Ground = TwoNetworks & AnyGround & { person: string; messageId: string };

async function makeGround(): Promise<Ground> {
  const stage = await openTwoNetworks();
  // The flow is begun by hand alone: a word that is lost changes nothing.
  vi.spyOn(Object.getPrototypeOf(env.BELL), "send").mockImplementation(async () => undefined);
  return { ...stage, organizationId: stage.line.organizationId, turn: 0, person: "", messageId: "" };
}

const departuresOf = ({ texts, person }: Ground) => texts.carrier.departures.filter(({ to }) => to === person);

async function storyOf({ line, messageId }: Ground) {
  return (await admin(`/api-keys/${line.id}/messages/${messageId}`)).body;
}

/** Sends from the line to somebody who is not on iMessage, and waits until the message is to be handed on. */
async function sendToNobodyOnIMessage(ground: Ground): Promise<void> {
  ground.person = newPerson();
  ground.mac.notOnIMessage.add(ground.person);
  const sent = await sendFrom(ground.line, ground.person);
  ground.messageId = String(sent.body.message_id);
  await eventually(async () => JSON.stringify((await storyOf(ground)).timeline).includes("handed_on"));
}

const windows: Window<Ground>[] = [
  {
    flow: "carryOn (a message)",
    before: sendToNobodyOnIMessage,
    run: (deps, { line }) => carryOn(deps, line.id),
    done: async (ground) => {
      await eventually(async () => departuresOf(ground).length === 1);
      expect((await storyOf(ground)).carrier_detail).toMatchObject({
        fallback: { from_number: ground.texts.numbers[0] },
      });
    },
  },
  {
    flow: "carryOn (what became of it)",
    before: async (ground) => {
      await sendToNobodyOnIMessage(ground);
      await carryOn(freshDeps(), ground.line.id);
      await eventually(async () => departuresOf(ground).length === 1);
      const [departure] = departuresOf(ground);
      if (departure !== undefined) await report(ground.texts, departure, "delivered");
    },
    run: (deps, { texts }) => carryOn(deps, texts.id),
    done: async (ground) => {
      expect(departuresOf(ground)).toHaveLength(1);
      expect((await storyOf(ground)).status).toBe("delivered");
    },
  },
  {
    flow: "carryOn (calling back)",
    before: async (ground) => {
      await keepQuiet(ground, true);
      await sendToNobodyOnIMessage(ground);
      await carryOn(freshDeps(), ground.line.id);
      await admin(`/api-keys/${ground.line.id}/opt-outs`, { body: { contact: ground.person } });
    },
    run: async (deps, { line, texts }) => {
      await carryOn(deps, line.id);
      await carryOn(deps, texts.id);
    },
    done: async (ground) => {
      await keepQuiet(ground, false);
      expect(await storyOf(ground)).toMatchObject({ status: "failed", error_code: "recipient_opted_out" });
      expect(departuresOf(ground)).toEqual([]);
    },
  },
  {
    flow: "endCancelling (what another key carries)",
    before: async (ground) => {
      await keepQuiet(ground, true);
      await sendToNobodyOnIMessage(ground);
      await carryOn(freshDeps(), ground.line.id);
    },
    run: async (deps, { line, messageId }) => {
      const begun = await askPool(deps, line.id, (pool) => pool.cancelMessage(null, null, messageId));
      await endCancelling(deps, line.id, begun);
    },
    done: async (ground) => {
      await keepQuiet(ground, false);
      await eventually(async () => (await storyOf(ground)).status === "cancelled");
      expect(departuresOf(ground)).toEqual([]);
    },
  },
];

/** The key that carries lets nothing leave now, or everything. */
function keepQuiet({ texts }: Ground, isQuiet: boolean) {
  const hour = (ahead: number) => `${String((new Date().getUTCHours() + ahead + 24) % 24).padStart(2, "0")}:00`;
  const quiet_hours = isQuiet ? { from: hour(-14), to: hour(4) } : null;
  return admin(`/api-keys/${texts.id}`, { method: "PATCH", body: { quiet_hours } });
}

it(
  "wherever the handing on of a message ends, it leaves once, and its own key learns what became of it",
  { timeout: 900_000 },
  () => driveCuts(makeGround, windows),
);
