import { type FormEvent, useRef } from "react";
import { type Contact, useAddOptIn, useOptIns } from "../../queries/people.ts";
import { TextField } from "../field.tsx";
import { Instant } from "../instant.tsx";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";

const recorders = {
  api_key: "by the API key",
  admin: "by an admin",
  list: "from a campaign's list",
  reply: "by their answer",
} as const;

type Props = { apiKeyId: string; contact: Contact };

/** Where, when and by which words a contact agreed, newest first, and a place to write down what was agreed elsewhere. */
export function OptIns({ apiKeyId, contact }: Props) {
  const { data, error } = useOptIns(apiKeyId, contact.identifier);
  return (
    <details>
      <summary>Consent{data === undefined ? "" : ` (${data.pagination.total})`}</summary>
      <Problem error={error} />
      {data?.opt_ins.length === 0 && <p className="quiet">Nothing is written down.</p>}
      <ul aria-label="Consent">
        {data?.opt_ins.map((optIn) => (
          <li key={`${optIn.recorded_at} ${optIn.agreed_at} ${optIn.source}`}>
            <Instant at={optIn.agreed_at} />: <bdi>{optIn.source}</bdi>
            {optIn.words !== null && (
              <>
                , to <bdi>“{optIn.words}”</bdi>
              </>
            )}
            {optIn.answer !== undefined && (
              <>
                , with <bdi>“{optIn.answer}”</bdi>
              </>
            )}{" "}
            <span className="quiet">(written down {recorders[optIn.recorded_by]})</span>
          </li>
        ))}
      </ul>
      <AddOptIn apiKeyId={apiKeyId} contact={contact} />
    </details>
  );
}

function AddOptIn({ apiKeyId, contact }: Props) {
  const { mutate, error, isPending } = useAddOptIn(apiKeyId, contact.identifier);
  const notify = useNotice();
  const form = useRef<HTMLFormElement>(null);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const field = (name: string) => String(given.get(name)).trim();
    const words = field("words");
    mutate(
      {
        agreed_at: new Date(field("at")).getTime(),
        source: field("source"),
        words: words === "" ? null : words,
      },
      {
        onSuccess: () => {
          form.current?.reset();
          notify("The consent is kept.");
        },
      },
    );
  }
  return (
    <form ref={form} onSubmit={submit}>
      <div className="columns">
        <TextField label="Agreed at" name="at" type="datetime-local" required />
        <TextField label="Where" name="source" dir="auto" required maxLength={300} autoComplete="off" />
      </div>
      <TextField label="By which words" name="words" dir="auto" maxLength={2_000} autoComplete="off" />
      <Problem error={error} />
      <div className="row end">
        <button type="submit" className="second" disabled={isPending}>
          Write it down
        </button>
      </div>
    </form>
  );
}
