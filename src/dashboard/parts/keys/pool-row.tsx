import type { KeyboardEvent } from "react";
import { Icon } from "../icon.tsx";
import { PhoneNumber, readAddress } from "../phone-number.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { TimeAgo } from "../time-ago.tsx";
import { PlaceField } from "./place-field.tsx";
import type { PoolNumber } from "./shares.ts";
import type { Drag } from "./use-drag.ts";
import { WeightField } from "./weight-field.tsx";
import { shareWords } from "./words.ts";

type Props = {
  number: PoolNumber;
  /** Its place in the pool, from 0, and how many there are. */
  place: number;
  size: number;
  /** Which share of new conversations it gets; null where that cannot be said. */
  share: number | null;
  isWeighted: boolean;
  drag: Drag | null;
  handle: object;
  onMove: (from: number, to: number) => void;
  /** Told of a weight that is being written; null: the saved one. */
  onWeigh: (weight: number | null) => void;
};

/** One number of a pool: its place, how it fares, and what it gets. */
export function PoolRow({ number, place, size, share, isWeighted, drag, handle, onMove, onWeigh }: Props) {
  const words = readAddress(number.phone_number).words;
  function press(event: KeyboardEvent) {
    const to = { ArrowUp: place - 1, ArrowDown: place + 1, Home: 0, End: size - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    onMove(place, to);
  }
  return (
    <li className={`pool-row ${dragClass(drag, place)}`} data-address={number.phone_number}>
      <button
        type="button"
        className="icon grip"
        aria-label={`Move ${words}, place ${place + 1} of ${size}: by the arrow keys, or drag it`}
        onKeyDown={press}
        {...handle}
      >
        <Icon name="grip" />
      </button>
      <PlaceField words={words} place={place} size={size} onPlace={(to) => onMove(place, to)} />
      <div className="pool-who">
        <PhoneNumber address={number.phone_number} copies />
        <Standing number={number} />
        <Figures number={number} />
      </div>
      <div className="pool-share">
        {isWeighted && <WeightField number={number} words={words} onWeigh={onWeigh} />}
        {share !== null && (
          <div className="share">
            <span className="share-bar" aria-hidden="true">
              <span style={{ width: `${share * 100}%` }} />
            </span>
            <span>
              {shareWords(share)} <span className="hidden-words">of new conversations</span>
            </span>
          </div>
        )}
      </div>
    </li>
  );
}

function dragClass(drag: Drag | null, place: number): string {
  if (drag === null) return "";
  if (drag.from === place) return "is-dragged";
  if (drag.to === drag.from) return "";
  // The row that is dragged leaves its place, so those behind it move up by one.
  const seen = place > drag.from ? place - 1 : place;
  if (drag.to === seen) return "drop-before";
  return drag.to === seen + 1 ? "drop-after" : "";
}

const channelWords = { whatsapp: "WhatsApp", rcs: "RCS", imessage: "iMessage" } as const;

function Standing({ number: { is_active, type, channel, health } }: { number: PoolNumber }) {
  const status = health?.status ?? "unknown";
  const kind = { shared: null, dedicated: null, inbound: "reply-only", trial: "trial", "2fa": "2FA" }[type];
  return (
    <div className="row tight">
      {!is_active && <StatusBadge status="paused" />}
      {status !== "unknown" && <StatusBadge status={status} />}
      {channel !== "sms" && <span className="badge">{channelWords[channel]}</span>}
      {kind !== null && <span className="badge">{kind}</span>}
      {health?.reason && (
        <span className="quiet small">
          {health.reason}
          {health.since != null && (
            <>
              {" "}
              (<TimeAgo at={health.since} />)
            </>
          )}
        </span>
      )}
    </div>
  );
}

const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });

function Figures({ number }: { number: PoolNumber }) {
  const { sent_today, queued, delivery_rate_7d: delivered, messages_per_second: pace } = number;
  const figures = [
    `${sent_today.toLocaleString("en")} sent today`,
    `${queued.toLocaleString("en")} waiting`,
    delivered === null ? "nothing ended in 7 days" : `${percent.format(delivered)} delivered in 7 days`,
    ...(pace === null ? [] : [`${pace.toLocaleString("en")} a second at most`]),
  ];
  return <p className="quiet small">{figures.join(" · ")}</p>;
}
