import { type FormEvent, useState } from "react";
import { Confirm } from "../parts/confirm.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Empty } from "../parts/empty.tsx";
import { TextField } from "../parts/field.tsx";
import { FoundRows } from "../parts/found-rows.tsx";
import { KeyFrame } from "../parts/keys/key-frame.tsx";
import { useNotice } from "../parts/notices.tsx";
import { FindContact } from "../parts/people/find-contact.tsx";
import { PhoneNumber, readAddress } from "../parts/phone-number.tsx";
import { Problem } from "../parts/problem.tsx";
import type { Column } from "../parts/table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { type OptOut, useAddOptOut, useLiftOptOut, useOptOuts } from "../queries/people.ts";

/** Whom a key must not write to: by whose word, since when, and the way back. */
export function OptOuts() {
  return <KeyFrame>{(key) => <OptOutList key={key.api_key_id} apiKeyId={key.api_key_id} />}</KeyFrame>;
}

function OptOutList({ apiKeyId }: { apiKeyId: string }) {
  const [contact, find] = useState("");
  const [isAdding, setAdding] = useState(false);
  const [lifted, lift] = useState<string | null>(null);
  const query = useOptOuts(apiKeyId, contact);
  return (
    <>
      <div className="row apart">
        <p className="quiet">
          Whoever writes STOP to a number of this key is here by itself, and hears nothing more from any of them.
        </p>
        <button type="button" onClick={() => setAdding(true)}>
          Opt somebody out
        </button>
      </div>
      <FindContact found={contact} onFind={find} />
      <FoundRows
        query={query}
        rowsOf={(page) => page.opt_outs}
        order="latest first"
        columns={columnsOf(lift)}
        keyOf={(one) => one.contact}
        empty={
          <Empty title={contact === "" ? "Nobody has opted out" : "This contact has not opted out"}>
            <p>A send to somebody on this list is refused before it costs anything.</p>
          </Empty>
        }
      />
      {isAdding && <AddOptOut apiKeyId={apiKeyId} onClose={() => setAdding(false)} />}
      {lifted !== null && <LiftOptOut apiKeyId={apiKeyId} contact={lifted} onClose={() => lift(null)} />}
    </>
  );
}

const sources: Record<string, string> = {
  keyword: "the person's own: STOP",
  carrier: "the carrier: its block list (21610)",
  admin: "an admin",
};

function columnsOf(lift: (contact: string) => void): [Column<OptOut>, ...Column<OptOut>[]] {
  return [
    { head: "Contact", cell: ({ contact }) => <PhoneNumber address={contact} copies /> },
    { head: "Word of", cell: ({ source }) => sources[source] ?? source },
    { head: "Since", cell: ({ opted_out_at: at }) => <TimeAgo at={at} /> },
    {
      head: "Change",
      kind: "action",
      cell: ({ contact }) => (
        <button type="button" className="link" onClick={() => lift(contact)}>
          Lift<span className="hidden-words"> the opt-out of {contact}</span>
        </button>
      ),
    },
  ];
}

function AddOptOut({ apiKeyId, onClose }: { apiKeyId: string; onClose: () => void }) {
  const { mutate, error, isPending } = useAddOptOut(apiKeyId);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const contact = String(new FormData(event.currentTarget).get("contact")).trim();
    mutate(contact, {
      onSuccess: (added) => {
        notify(`${added.contact} hears nothing more from this key.`);
        onClose();
      },
    });
  }
  return (
    <Dialog title="Opt somebody out" onClose={onClose}>
      <form onSubmit={submit}>
        <TextField
          label="Contact"
          name="contact"
          required
          placeholder="+15551234567"
          autoComplete="off"
          hint="In force at once, for every number of this key. What waits for them is refused as it leaves."
        />
        <Problem error={error} />
        <div className="row end">
          <button type="submit" disabled={isPending}>
            {isPending ? "Adding …" : "Opt out"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

type LiftProps = { apiKeyId: string; contact: string; onClose: () => void };

function LiftOptOut({ apiKeyId, contact, onClose }: LiftProps) {
  const { mutate, error, isPending } = useLiftOptOut(apiKeyId);
  return (
    <Confirm
      title={`Write to ${readAddress(contact).words} again?`}
      action="Lift the opt-out"
      isBusy={isPending}
      error={error}
      onConfirm={() => mutate(contact, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p className="note warn">
        Only where the person has asked for it: writing to somebody who opted out breaks the law in many countries.
      </p>
      <p>Twilio keeps a block of its own, which the person lifts by writing START to your number.</p>
    </Confirm>
  );
}
