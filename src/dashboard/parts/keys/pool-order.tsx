import { useLayoutEffect, useRef, useState } from "react";
import type { Answer } from "../../api.ts";
import { TextField } from "../field.tsx";
import { useNotice } from "../notices.tsx";
import { Pager } from "../pager.tsx";
import { readAddress } from "../phone-number.tsx";
import { Problem } from "../problem.tsx";
import { PoolRow } from "./pool-row.tsx";
import { type Strategy, sharesOf } from "./shares.ts";
import { useDrag } from "./use-drag.ts";
import { usePoolOrder } from "./use-pool-order.ts";

type Pool = Answer<"getPool">;
type Props = { apiKeyId: string; pool: Pool; strategy: Strategy };

const rowsAtOnce = 50;
const searchFrom = 10;

const orderWords: Record<Strategy, string> = {
  first: "The first number that can send speaks; the next ones stand in for it.",
  round_robin: "The order decides only between numbers that have waited equally long.",
  weighted: "The shares follow the weights; the order decides only between equals.",
  geographic: "The order decides only between numbers that are equally near.",
  least_busy: "The order decides only between queues of equal length.",
};

/** The numbers of a pool in their order, with their shares, changed by drag, by keys or by place, and saved as a whole. */
export function PoolOrder({ apiKeyId, pool, strategy }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const [filter, setFilter] = useState("");
  const [shown, setShown] = useState(rowsAtOnce);
  const [weights, setWeights] = useState<ReadonlyMap<string, number>>(new Map());
  const [said, say] = useState("");
  const standing = pool.numbers.map((number) => number.phone_number);
  const pooled = usePoolOrder(apiKeyId, standing);
  const byAddress = new Map(
    pool.numbers.map((number) => [
      number.phone_number,
      { ...number, weight: weights.get(number.phone_number) ?? number.weight },
    ]),
  );
  const ordered = pooled.order.flatMap((address) => byAddress.get(address) ?? []);
  const shares = sharesOf(ordered, strategy);
  const focus = useFocusAfterMove(list);
  function move(from: number, to: number) {
    const place = Math.max(0, Math.min(to, ordered.length - 1));
    const address = ordered[from]?.phone_number;
    if (address === undefined || place === from) return;
    pooled.move(from, place);
    focus(address);
    say(`${readAddress(address).words} stands at place ${place + 1} of ${ordered.length} now. Not saved yet.`);
  }
  const { drag, handle } = useDrag(
    () => [...(list.current?.children ?? [])],
    ({ from, to }) => move(from, to),
  );
  const digits = filter.replace(/[^\d+a-z@]/gi, "");
  const found = ordered
    .map((number, index) => ({ number, index }))
    .filter(({ number }) => number.phone_number.includes(digits));
  return (
    <section className="card" aria-labelledby="pool-head">
      <div className="card-head">
        <h2 id="pool-head">Pool: {pool.numbers.length === 1 ? "one number" : `${pool.numbers.length} numbers`}</h2>
      </div>
      <p className="quiet">{orderWords[strategy]}</p>
      {ordered.length > searchFrom && (
        <search className="filters">
          <TextField
            label="Find a number"
            type="search"
            value={filter}
            onChange={({ target }) => setFilter(target.value)}
          />
        </search>
      )}
      <p className="hidden-words" aria-live="polite">
        {said}
      </p>
      <ol className="pool" ref={list}>
        {found.slice(0, shown).map(({ number, index }) => (
          <PoolRow
            key={number.phone_number}
            number={number}
            place={index}
            size={ordered.length}
            share={shares?.get(number.phone_number) ?? null}
            isWeighted={strategy === "weighted"}
            drag={drag}
            // Dragging needs the neighbours in sight: a filtered list is ordered by place.
            handle={digits === "" ? handle(index) : {}}
            onMove={move}
            onWeigh={(weight) => setWeights((all) => withWeight(all, number.phone_number, weight))}
          />
        ))}
      </ol>
      {found.length === 0 && <p className="quiet">No number of the pool has “{filter}” in it.</p>}
      <Pager hasMore={found.length > shown} isBusy={false} onMore={() => setShown(shown + rowsAtOnce)}>
        {found.length > shown && `${shown} of ${found.length}`}
      </Pager>
      <SaveBar pooled={pooled} />
    </section>
  );
}

function withWeight(all: ReadonlyMap<string, number>, address: string, weight: number | null) {
  const next = new Map(all);
  if (weight === null) next.delete(address);
  else next.set(address, weight);
  return next;
}

/** Moving a row takes it out of the page for a moment, and the focus with it: it is given back to the row's handle. */
function useFocusAfterMove(list: { current: HTMLOListElement | null }) {
  const moved = useRef<string | null>(null);
  useLayoutEffect(() => {
    const address = moved.current;
    if (address === null) return;
    moved.current = null;
    const rows = [...(list.current?.querySelectorAll<HTMLElement>("[data-address]") ?? [])];
    rows
      .find((row) => row.dataset.address === address)
      ?.querySelector("button")
      ?.focus();
  });
  return (address: string) => {
    moved.current = address;
  };
}

function SaveBar({ pooled }: { pooled: ReturnType<typeof usePoolOrder> }) {
  const notify = useNotice();
  if (!pooled.isDraft) return null;
  return (
    <div className="save-bar">
      <Problem error={pooled.error} />
      {pooled.isOvertaken ? (
        <>
          <p>
            <strong>Somebody else has changed this pool meanwhile.</strong> Your order is kept here and saved nowhere.
          </p>
          <div className="row">
            <button type="button" onClick={pooled.keepMine}>
              Lay my order over what stands now
            </button>
            <button type="button" className="second" onClick={pooled.drop}>
              Show what stands now
            </button>
          </div>
        </>
      ) : (
        <div className="row">
          <button
            type="button"
            disabled={pooled.isSaving}
            onClick={() => pooled.save(() => notify("The pool stands in its new order."))}
          >
            {pooled.isSaving ? "Saving …" : "Save the order"}
          </button>
          <button type="button" className="second" onClick={pooled.drop}>
            Put it back
          </button>
          <span className="quiet">The new order is not in force yet.</span>
        </div>
      )}
    </div>
  );
}
