import { type FormEvent, useState } from "react";
import { type Key, useRotateKey } from "../../queries/key.ts";
import { Dialog } from "../dialog.tsx";
import { OverlapChoice } from "../overlap-choice.tsx";
import { Problem } from "../problem.tsx";
import { TimeAgo } from "../time-ago.tsx";
import { TokenOnce } from "./token-once.tsx";

/** Gives a key a new token, which this window alone holds; the old one works on for as long as was chosen. */
export function RotateKey({ apiKey, onClose }: { apiKey: Key; onClose: () => void }) {
  const { mutate, data, error, isPending } = useRotateKey(apiKey.api_key_id);
  const [askedAt] = useState(() => Date.now());
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    mutate(Number(new FormData(event.currentTarget).get("overlap")));
  }
  if (data !== undefined) {
    return (
      <Dialog title={`The new key of “${apiKey.name}”`} onClose={onClose}>
        <TokenOnce token={data.key} isTest={apiKey.mode === "test"} />
        <p>
          {data.previous_valid_until <= askedAt + 60_000 ? (
            "The old key opens nothing any more."
          ) : (
            <>
              The old key works until <TimeAgo at={data.previous_valid_until} />: put the new one in its place before.
            </>
          )}
        </p>
        <div className="row end">
          <button type="button" onClick={onClose}>
            I have it: close
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={`Rotate “${apiKey.name}”`} onClose={onClose}>
      <form onSubmit={submit}>
        <p>A new key takes the place of the one that ends in …{apiKey.key_hint}. Numbers, people and messages stay.</p>
        <OverlapChoice label="The old key works on for" />
        <Problem error={error} />
        <div className="row end">
          <button type="submit" disabled={isPending}>
            {isPending ? "Making it …" : "Make a new key"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
