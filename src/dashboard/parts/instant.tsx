/** `hour12: false` would write the first hour of a day as 24 in English. */
const clock = new Intl.DateTimeFormat("en", { timeStyle: "medium", hourCycle: "h23" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const minute = new Intl.DateTimeFormat("en", { timeStyle: "short", hourCycle: "h23" });
const iso = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z/g;

/** An instant (epoch milliseconds) in the reader's own time, with its day unless that is left out, and exactly on hover. */
export function Instant({ at, withDay = true, precise = true }: { at: number; withDay?: boolean; precise?: boolean }) {
  const exact = new Date(at).toISOString();
  const time = (precise ? clock : minute).format(at);
  return (
    <time dateTime={exact} title={exact}>
      {withDay ? `${day.format(at)}, ${time}` : time}
    </time>
  );
}

/** Says on which day an instant was, in the reader's own time. */
export function dayOf(at: number): string {
  return day.format(at);
}

/** A sentence of the gateway, its instants shown in the reader's own time. */
export function Told({ words }: { words: string }) {
  const times = words.match(iso) ?? [];
  return words.split(iso).map((part, index) => {
    const time = times[index];
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change places
      <span key={index}>
        {part}
        {time !== undefined && <Instant at={Date.parse(time)} />}
      </span>
    );
  });
}
