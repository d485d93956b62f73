import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { call, type Given } from "../../api.ts";
import { useOrganizations } from "../../queries/key.ts";
import { useKeysChanged } from "../../queries/keys.ts";
import { Dialog } from "../dialog.tsx";
import { Select, TextField } from "../field.tsx";
import { Problem } from "../problem.tsx";
import { TokenOnce } from "./token-once.tsx";

type Draft = Given<"createApiKey">["body"];

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
  if (data === undefined) {
    return (
      <Dialog title="Create an API key" onClose={onClose}>
        <KeyForm isBusy={isPending} error={error} onWish={mutate} />
      </Dialog>
    );
  }
  return (
    <Dialog title={`The key “${data.name}”`} onClose={onClose}>
      <TokenOnce token={data.key} isTest={data.mode === "test"} />
      <p>
        It holds no numbers yet: give it some on <Link to="/numbers">Numbers</Link>, and it can send.
      </p>
      <div className="row end">
        <button type="button" onClick={onClose}>
          I have it: close
        </button>
      </div>
    </Dialog>
  );
}

type FormProps = { isBusy: boolean; error: Error | null; onWish: (draft: Draft) => void };

function KeyForm({ isBusy, error, onWish }: FormProps) {
  const organizations = useOrganizations().data?.organizations ?? [];
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const organization = form.get("organization");
    onWish({
      name: String(form.get("name")).trim(),
      mode: form.get("mode") === "live" ? "live" : "test",
      ...(typeof organization === "string" ? { organization_id: organization } : {}),
    });
  }
  return (
    <form onSubmit={submit}>
      <TextField label="Name" name="name" required maxLength={128} hint="For example the program that will use it." />
      <Select label="Mode" name="mode" defaultValue="test" options={modes} />
      {organizations.length > 1 && (
        <Select
          label="Organization"
          name="organization"
          options={organizations.map(({ organization_id: value, name: label }) => ({ value, label }))}
        />
      )}
      <Problem error={error} />
      <div className="row end">
        <button type="submit" disabled={isBusy}>
          {isBusy ? "Creating …" : "Create"}
        </button>
      </div>
    </form>
  );
}
