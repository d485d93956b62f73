import { useMutation } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { call } from "../api.ts";
import { useKeysChanged } from "../queries/keys.ts";
import { CopyOnce } from "./copy.tsx";
import { Dialog } from "./dialog.tsx";
import { Select, TextField } from "./field.tsx";
import { Problem } from "./problem.tsx";

type Draft = { name: string; mode: "live" | "test" };

const modes = [
  { value: "test", label: "test: served by the sandbox" },
  { value: "live", label: "live: through your carriers" },
];

/** Makes an API key. Its token is shown once: it lives in this window alone, and is gone when it is closed. */
export function CreateKey({ onClose }: { onClose: () => void }) {
  const changed = useKeysChanged();
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: (body: Draft) => call("createApiKey", { body }),
    onSuccess: changed,
    gcTime: 0,
  });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    mutate({ name: String(form.get("name")).trim(), mode: form.get("mode") === "live" ? "live" : "test" });
  }
  if (data !== undefined) {
    return (
      <Dialog title={`The key “${data.name}”`} onClose={onClose}>
        <p>Copy the key now: it is shown this once.</p>
        <CopyOnce text={data.key} what="the key" />
        <div className="row end">
          <button type="button" onClick={onClose}>
            I have it: close
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Create an API key" onClose={onClose}>
      <form onSubmit={submit}>
        <TextField label="Name" name="name" required maxLength={100} hint="For example the program that will use it." />
        <Select label="Mode" name="mode" defaultValue="test" options={modes} />
        <Problem error={error} />
        <div className="row end">
          <button type="submit" disabled={isPending}>
            {isPending ? "Creating …" : "Create"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
