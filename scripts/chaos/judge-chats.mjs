import { groupBy } from "./group.mjs";

/** Judges the order and the sender of what each key wrote to each person. */
export function judgeChats({ sends, keys, times }, facts, blame) {
  const resends = new Map(keys.map((key) => [key.name, key.resends]));
  for (const [chat, all] of groupBy(sends, ({ key, to }) => `${key} ${to}`)) {
    judgeOrder(all, { facts, graceMs: resends.get(all[0].key) ? times.graceMs : null }, blame);
    judgeSender(chat, all, facts, blame);
  }
}

/** Texts to one person are asked for one after another. What a kill held back, a key that resends may send a grace later. */
function judgeOrder(chat, { facts, graceMs }, blame) {
  const firsts = chat.map((send) => ({ send, first: facts.createsByText.get(send.text)?.[0] }));
  const left = firsts.filter(({ first }) => first !== undefined);
  for (const [index, { send, first }] of left.entries()) {
    const wasHeld =
      graceMs !== null && first.at - send.asks[0].at >= graceMs && facts.cutWithin(send.asks[0].at, first.at);
    const overtaker = left.slice(index + 1).find((later) => later.first.at < first.at);
    if (overtaker !== undefined && !wasHeld) blame("S8", `${overtaker.send.text} before ${send.text}`);
  }
}

/** Whoever wrote is answered from the number that they wrote to; what they write while a text is asked for may come before or after it. */
function judgeSender(chat, all, { createsByText, writtenBy }, blame) {
  const written = writtenBy.get(chat) ?? [];
  let spoke = null;
  for (const send of all) {
    const asks = createsByText.get(send.text) ?? [];
    const before = written.filter(({ answers }) =>
      answers.some(({ status, until }) => status === 200 && until < send.asks[0].at),
    );
    const isClear = written.every((one) => before.includes(one) || one.at > send.asks.at(-1).until);
    const expected = before.at(-1)?.to ?? spoke;
    for (const { from } of asks) {
      if (isClear && expected !== null && from !== expected)
        blame("S9", `${send.text} from ${from} instead of ${expected}`);
    }
    spoke = asks.at(-1)?.from ?? spoke;
  }
}
