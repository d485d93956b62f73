import { useState } from "react";
import { useOrderPool } from "../../queries/pool.ts";
import { isSameOrder, moveTo, reconcile } from "./order.ts";

type Draft = { order: string[]; seen: string[] };

/**
 * Keeps a person's order of a pool until it is saved, and the order that it was made from: what others do meanwhile is neither lost nor overwritten.
 * `isOvertaken` says that the pool stands otherwise by now.
 */
export function usePoolOrder(apiKeyId: string, standing: string[]) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const { mutate, isPending, error, reset } = useOrderPool(apiKeyId);
  const order = draft?.order ?? standing;
  function put(next: string[], seen: string[]) {
    setDraft(isSameOrder(next, standing) ? null : { order: next, seen });
  }
  return {
    order,
    isDraft: draft !== null,
    isOvertaken: draft !== null && !isSameOrder(draft.seen, standing),
    isSaving: isPending,
    error,
    move: (from: number, to: number) => put(moveTo(order, from, to), draft?.seen ?? standing),
    /** Saves the draft; where the pool was changed meanwhile, the gateway refuses it and nothing is lost. */
    save: (onSaved: () => void) => {
      if (draft === null) return;
      mutate(
        { phone_numbers: draft.order, seen: draft.seen },
        {
          onSuccess: () => {
            // What was moved while this was saved is not saved yet.
            setDraft((now) => (now === draft ? null : now));
            onSaved();
          },
        },
      );
    },
    /** Lays the person's order over what stands now, to be looked at and saved again. */
    keepMine: () => {
      reset();
      put(reconcile(order, standing), standing);
    },
    drop: () => {
      reset();
      setDraft(null);
    },
  };
}
