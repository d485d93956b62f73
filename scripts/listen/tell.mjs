/** From how old the next event is on one says that it is behind. */
const BEHIND_MS = 10_000;

/**
 * Returns how `npm run listen` speaks: for a person in sentences, what is amiss on the error stream; for a program a line of JSON for each change of
 * state (`connected`, `behind`, `caught_up`, `reconnecting`, `waiting`, `refused`) and for each event.
 */
export function makeTeller(json) {
  const tell = (stream, line, facts) => {
    if (json) stream(JSON.stringify(facts));
    else if (line !== null) stream(line);
  };
  const out = (line, facts) => tell(console.log, line, facts);
  const err = (line, facts) => tell(json ? console.log : console.error, line, facts);
  let behind = false;
  return {
    out,
    err,
    refused: (message) => err(message, { state: "refused", message }),
    /** Says once that more waits than is forwarded, and once that nothing does any more. */
    follow(page) {
      const age = page.oldest === undefined ? 0 : Date.now() - page.oldest;
      const late = page.waiting > 0 && (page.more || age > BEHIND_MS);
      if (late && !behind) out(sayBehind(page, age), { state: "behind", ...page, oldest: undefined, age_ms: age });
      if (behind && page.waiting === 0) out("Caught up.", { state: "caught_up" });
      behind = page.waiting > 0 && (late || behind);
    },
  };
}

function sayBehind({ waiting, more }, age) {
  const count = `${waiting} ${waiting === 1 ? "event" : "events"}${more ? " or more" : ""}`;
  const since = age > BEHIND_MS ? `, the next one is ${Math.round(age / 1000)} s old` : "";
  return `Behind: ${count} to forward${since}.`;
}
