import type { Day } from "../queries/add-up.ts";
import { shortDay } from "./short-day.ts";

const [wide, high, gap] = [300, 100, 0.25];

/** Bars of what left on each day: delivered, failed, and what has no final word yet. The same figures stand beside it as a table. */
export function DayChart({ days }: { days: readonly Day[] }) {
  const most = Math.max(1, ...days.map(({ sent, delivered, failed }) => Math.max(sent, delivered + failed)));
  const step = wide / Math.max(1, days.length);
  const scale = (count: number) => (count / most) * (high - 2);
  const sum = (pick: (day: Day) => number) => days.reduce((total, day) => total + pick(day), 0);
  const label = `Messages by day: ${sum((day) => day.sent)} sent, ${sum((day) => day.delivered)} delivered, ${sum((day) => day.failed)} failed in ${days.length} days.`;
  return (
    <>
      <svg className="chart" viewBox={`0 0 ${wide} ${high}`} preserveAspectRatio="none" role="img" aria-label={label}>
        <line x1="0" x2={wide} y1={high - 0.5} y2={high - 0.5} vectorEffect="non-scaling-stroke" />
        {days.map((day, index) => {
          const parts = [
            { name: "delivered", count: day.delivered },
            { name: "failed", count: day.failed },
            { name: "open", count: Math.max(0, day.sent - day.delivered - day.failed) },
          ];
          let below = 0;
          return (
            <g key={day.day}>
              <title>{`${shortDay(day.day)}: ${day.sent} sent, ${day.delivered} delivered, ${day.failed} failed`}</title>
              {parts.map(({ name, count }) => {
                below += count;
                return (
                  <rect
                    key={name}
                    className={name}
                    x={index * step + (step * gap) / 2}
                    width={step * (1 - gap)}
                    y={high - 1 - scale(below)}
                    height={scale(count)}
                  />
                );
              })}
            </g>
          );
        })}
      </svg>
      <div className="chart-days" aria-hidden="true">
        <span>{days[0] && shortDay(days[0].day)}</span>
        <span>{days.at(-1) && `${shortDay(days.at(-1)?.day ?? "")} (today, UTC)`}</span>
      </div>
      <ul className="legend">
        <li className="delivered">delivered</li>
        <li className="failed">failed</li>
        <li>sent, no final word yet</li>
      </ul>
    </>
  );
}
