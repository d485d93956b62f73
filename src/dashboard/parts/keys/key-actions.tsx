import { useState } from "react";
import { type Key, useChangeKey, useRevokeKey } from "../../queries/key.ts";
import { useKeyWebhooks } from "../../queries/webhooks.ts";
import { Confirm } from "../confirm.tsx";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";
import { RotateKey } from "./rotate-key.tsx";
import { revocationWords } from "./words.ts";

/** What can be done with a key as a whole: pause or resume it, give it a new token, end it. */
export function KeyActions({ apiKey }: { apiKey: Key }) {
  const [open, setOpen] = useState<"pause" | "rotate" | "revoke" | null>(null);
  const close = () => setOpen(null);
  const isPaused = apiKey.status === "paused";
  const { mutate, isPending, error, reset } = useChangeKey(apiKey.api_key_id);
  const notify = useNotice();
  const resume = () => mutate({ status: "active" }, { onSuccess: () => notify("The key sends again.") });
  return (
    <>
      <button
        type="button"
        className="second"
        disabled={isPending}
        onClick={() => {
          reset();
          if (isPaused) resume();
          else setOpen("pause");
        }}
      >
        {isPaused ? "Resume" : "Pause"}
      </button>
      <button type="button" className="second" onClick={() => setOpen("rotate")}>
        Rotate
      </button>
      <button type="button" className="danger" onClick={() => setOpen("revoke")}>
        Revoke
      </button>
      {isPaused && <Problem error={error} />}
      {open === "pause" && (
        <Confirm
          title={`Pause “${apiKey.name}”?`}
          action="Pause the key"
          isBusy={isPending}
          error={error}
          onConfirm={() => mutate({ status: "paused" }, { onSuccess: close })}
          onClose={close}
        >
          <p>
            Its requests to send are refused, and what waits stays waiting, until the key is resumed or the waiting
            limit ends it. What people write still comes in.
          </p>
        </Confirm>
      )}
      {open === "rotate" && <RotateKey apiKey={apiKey} onClose={close} />}
      {open === "revoke" && <RevokeKey apiKey={apiKey} onClose={close} />}
    </>
  );
}

type WindowProps = { apiKey: Key; onClose: () => void };

function RevokeKey({ apiKey, onClose }: WindowProps) {
  const { mutate, isPending, error } = useRevokeKey(apiKey.api_key_id);
  const { data } = useKeyWebhooks(apiKey.api_key_id);
  return (
    <Confirm
      title={`Revoke “${apiKey.name}”?`}
      action="Revoke the key"
      name={apiKey.name}
      isBusy={isPending}
      error={error}
      onConfirm={() => mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <ul>
        {revocationWords(apiKey, data?.webhooks.length ?? null).map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ul>
    </Confirm>
  );
}
