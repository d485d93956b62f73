const steps: [unit: Intl.RelativeTimeFormatUnit, seconds: number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const shortWords = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "narrow" });

/** Says how long ago an instant (epoch milliseconds) was, in few letters where room is short, with the exact time on hover. */
export function TimeAgo({ at, isShort = false }: { at: number; isShort?: boolean }) {
  const seconds = Math.round((at - Date.now()) / 1000);
  const [unit, size] = steps.find(([, least]) => Math.abs(seconds) >= least) ?? ["second", 1];
  const exact = new Date(at).toISOString();
  return (
    <time dateTime={exact} title={exact}>
      {(isShort ? shortWords : words).format(Math.round(seconds / size), unit)}
    </time>
  );
}
