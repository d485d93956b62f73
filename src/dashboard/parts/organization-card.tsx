import { type FormEvent, useState } from "react";
import { type Organization, useChangeOrganization } from "../queries/settings.ts";
import { Copy } from "./copy.tsx";
import { CountryChoice } from "./country-choice.tsx";
import { TextField } from "./field.tsx";
import { useNotice } from "./notices.tsx";
import { Problem } from "./problem.tsx";
import { SelectionFields } from "./selection-fields.tsx";

/** An organization: its name, its country, and how its keys choose their sender unless they have a way of their own. */
export function OrganizationCard({ organization }: { organization: Organization }) {
  const [draft, setDraft] = useState(organization);
  const change = useChangeOrganization(organization.organization_id);
  const notify = useNotice();
  const isChanged = JSON.stringify(draft) !== JSON.stringify(organization);

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const { name, country_code, selection, retention_days } = draft;
    change.mutate(
      { name: name.trim(), country_code, selection, retention_days },
      {
        onSuccess: (saved) => {
          setDraft(saved);
          notify("Saved, and in force.");
        },
      },
    );
  }

  return (
    <form className="card" onSubmit={submit} aria-label={organization.name}>
      <h3>
        <bdi>{organization.name}</bdi>
      </h3>
      <div className="columns">
        <TextField
          label="Name"
          required
          maxLength={128}
          value={draft.name}
          onChange={({ target }) => setDraft({ ...draft, name: target.value })}
        />
        <CountryChoice value={draft.country_code} onChange={(country_code) => setDraft({ ...draft, country_code })} />
      </div>
      <p className="quiet">How a sender is chosen, in force at once for every key that has no way of its own:</p>
      <div className="columns">
        <SelectionFields
          legend="Twilio numbers"
          selection={draft.selection.twilio}
          onChange={(twilio) => setDraft({ ...draft, selection: { ...draft.selection, twilio } })}
        />
        <SelectionFields
          legend="iMessage lines"
          selection={draft.selection.blooio}
          onChange={(blooio) => setDraft({ ...draft, selection: { ...draft.selection, blooio } })}
        />
      </div>
      <TextField
        label="Keep messages for so many days"
        type="number"
        min={7}
        max={3650}
        placeholder="until they are deleted"
        value={draft.retention_days ?? ""}
        hint="Older ones go, and what hangs on them with them; they do not come back. Empty: they are kept until they are deleted. Events and delivery logs go after 30 days in any case."
        onChange={({ target }) =>
          setDraft({ ...draft, retention_days: target.value === "" ? null : Number(target.value) })
        }
      />
      <Problem error={change.error} />
      <div className="row apart">
        <span className="quiet small">
          <span className="mono">{organization.organization_id}</span>{" "}
          <Copy text={organization.organization_id} what="the organization's id" />
        </span>
        <button type="submit" disabled={!isChanged || change.isPending}>
          {change.isPending ? "Saving …" : "Save"}
        </button>
      </div>
    </form>
  );
}
