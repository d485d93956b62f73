import { Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { useKeySearch, useOrganizations } from "../../queries/key.ts";
import { useCreateWebhook } from "../../queries/webhooks.ts";
import { Dialog } from "../dialog.tsx";
import { Select, TextField } from "../field.tsx";
import { Problem } from "../problem.tsx";
import { HearingFields, readHearing } from "./hearing-fields.tsx";
import { SecretOnce } from "./secret-once.tsx";

/** Makes a webhook. Its secret is shown once: it lives in this window alone, and is gone when it is closed. */
export function AddWebhook({ onClose }: { onClose: () => void }) {
  const { mutate, data, error, isPending } = useCreateWebhook();
  const scopes = useScopes();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const scope = String(form.get("scope") ?? "");
    mutate({
      webhook_url: String(form.get("url")).trim(),
      ...readHearing(form),
      ...(scope.startsWith("key_") ? { api_key_id: scope } : scope !== "" ? { organization_id: scope } : {}),
    });
  }
  if (data !== undefined) {
    return (
      <Dialog title={"signing_secret" in data ? "The webhook stands" : "This webhook exists already"} onClose={onClose}>
        {"signing_secret" in data ? (
          <SecretOnce secret={data.signing_secret} />
        ) : (
          <p>Nothing was changed, and its secret is not shown again. Rotate it where it was lost.</p>
        )}
        <div className="row end">
          <Link
            to="/webhooks/$webhookId"
            params={{ webhookId: data.webhook_id }}
            className="button second"
            onClick={onClose}
          >
            Open it
          </Link>
          <button type="button" onClick={onClose}>
            {"signing_secret" in data ? "I have it: close" : "Close"}
          </button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title="Add a webhook" onClose={onClose}>
      <form onSubmit={submit}>
        <TextField
          label="URL"
          name="url"
          type="url"
          required
          maxLength={2048}
          placeholder="https://example.com/hook"
          hint="A public https address that answers any 2xx within 15 seconds."
        />
        {scopes.length > 1 && <Select label="Of" name="scope" options={scopes} />}
        <HearingFields />
        <Problem error={error} />
        <div className="row end">
          <button type="submit" disabled={isPending}>
            {isPending ? "Adding …" : "Add"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Whose events a webhook can hear: every key of an organization, or one key alone. */
function useScopes() {
  const organizations = useOrganizations().data?.organizations ?? [];
  const keys = useKeySearch("", "living").data?.pages.flatMap((page) => page.api_keys) ?? [];
  return [
    ...organizations.map(({ organization_id: value, name }) => ({ value, label: `Every key of ${name}` })),
    ...keys.map(({ api_key_id: value, name }) => ({ value, label: `The key ${name} alone` })),
  ];
}
