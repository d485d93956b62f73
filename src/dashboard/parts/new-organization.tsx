import { type FormEvent, useState } from "react";
import { useCreateOrganization } from "../queries/settings.ts";
import { CountryChoice } from "./country-choice.tsx";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { useNotice } from "./notices.tsx";
import { Problem } from "./problem.tsx";

/** Makes an organization. */
export function NewOrganization() {
  const [isOpen, setOpen] = useState(false);
  const create = useCreateOrganization();
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const country = String(form.get("country"));
    create.mutate(
      { name: String(form.get("name")).trim(), country_code: country === "" ? null : country },
      {
        onSuccess: ({ name }) => {
          setOpen(false);
          notify(`${name} is there.`);
        },
      },
    );
  }
  return (
    <>
      <button type="button" className="second" onClick={() => setOpen(true)}>
        New organization
      </button>
      {isOpen && (
        <Dialog title="New organization" onClose={() => setOpen(false)}>
          <form onSubmit={submit}>
            <TextField label="Name" name="name" required maxLength={128} />
            <CountryChoice name="country" value={null} />
            <p className="quiet small">It comes with a sandbox of its own.</p>
            <Problem error={create.error} />
            <div className="row end">
              <button type="submit" disabled={create.isPending}>
                {create.isPending ? "Creating …" : "Create"}
              </button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}
