import { clientOf, eventually, makeLivePool } from "../../test/support/node/client.ts";
import { sender } from "./beside.mjs";
import { inPlaces } from "./rig.mjs";

const places = 8;

/**
 * Sends through a SIGKILL of the runtime; returns how many were promised, taken twice by Twilio (doubled), and never taken: `unknown` where the gateway says
 * that it does not know and will ask Twilio ten minutes later, `lost` where it says anything else.
 */
export async function measureKill(rig, count) {
  const { key } = await makeLivePool(rig, rig.twilio);
  const client = clientOf(rig, key);
  const send = sender(client);
  const promised = [];
  let killed = false;
  await inPlaces(count, places, async (index) => {
    if (index > count / 2 && !killed) {
      killed = true;
      rig.kill();
    }
    // While nobody answers nothing is promised: the sender gives up, as it would without a key against repeats.
    await send().then(
      (to) => promised.push(to),
      () => new Promise((resolve) => setTimeout(resolve, 200)),
    );
  });
  const takenOf = (to) => rig.twilio.accepted().filter((entry) => entry.to === to).length;
  const untaken = () => promised.filter((to) => takenOf(to) === 0);
  const isUnknown = async (to) => {
    const { body } = await client("GET", `/chats/${encodeURIComponent(to)}/messages`);
    return body.messages?.[0]?.outcome_unknown === true;
  };
  const settled = async () => (await Promise.all(untaken().map(isUnknown))).every(Boolean);
  await eventually(settled, 60_000).catch(() => {});
  const unknown = (await Promise.all(untaken().map(isUnknown))).filter(Boolean).length;
  const doubled = promised.filter((to) => takenOf(to) > 1).length;
  return { promised: promised.length, lost: untaken().length - unknown, unknown, doubled };
}
