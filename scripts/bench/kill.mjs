import { clientOf, eventually, makeLivePool } from "../../test/support/node/client.ts";
import { nextPerson, sender } from "./beside.mjs";
import { inPlaces } from "./rig.mjs";

const places = 8;

/**
 * Sends through a SIGKILL of the runtime; returns how many were promised, taken twice by Twilio (doubled), and never taken: `unknown` where the gateway says
 * that it does not know and will ask Twilio ten minutes later, `lost` where it says anything else.
 */
export async function measureKill(rig, count) {
  const { key } = await makeLivePool(rig, rig.twilio);
  const client = clientOf(rig, key);
  const promised = await sendThrough(count, sender(client), () => rig.kill());
  const isUnknown = async (to) => {
    const { body } = await client("GET", `/chats/${encodeURIComponent(to)}/messages`);
    return body.messages?.[0]?.outcome_unknown === true;
  };
  const settled = async () => (await Promise.all(untaken(rig, promised).map(isUnknown))).every(Boolean);
  await eventually(settled, 60_000).catch(() => {});
  const unknown = (await Promise.all(untaken(rig, promised).map(isUnknown))).filter(Boolean).length;
  return { ...talliesOf(rig, promised), unknown, lost: untaken(rig, promised).length - unknown };
}

/** The same of a peer, all of whose processes are killed; throws where it does not come up again. It has half a minute to take up again what it had begun. */
export async function measurePeersKill(rig, peer, count) {
  const send = async () => {
    const to = nextPerson();
    await peer.send(to, "Your parcel is here");
    return to;
  };
  const promised = await sendThrough(count, send, () => peer.kill());
  await eventually(async () => untaken(rig, promised).length === 0, 30_000).catch(() => {});
  // What was taken up a second time comes later than what was left.
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  return { ...talliesOf(rig, promised), unknown: 0, lost: untaken(rig, promised).length };
}

async function sendThrough(count, send, kill) {
  const promised = [];
  let killed = null;
  let isDown = false;
  await inPlaces(count, places, async (index) => {
    if (index > count / 2)
      killed ??= kill().catch((error) => {
        isDown = true;
        return error;
      });
    if (isDown) return;
    // While nobody answers nothing is promised: the sender gives up, as it would without a key against repeats.
    await send().then(
      (to) => promised.push(to),
      () => new Promise((resolve) => setTimeout(resolve, 200)),
    );
  });
  const fault = await killed;
  if (isDown) throw fault;
  return promised;
}

function takenOf(rig) {
  const taken = new Map();
  for (const { to } of rig.twilio.accepted()) taken.set(to, (taken.get(to) ?? 0) + 1);
  return taken;
}

function untaken(rig, promised) {
  const taken = takenOf(rig);
  return promised.filter((to) => !taken.has(to));
}

function talliesOf(rig, promised) {
  const taken = takenOf(rig);
  return { promised: promised.length, doubled: promised.filter((to) => (taken.get(to) ?? 0) > 1).length };
}
