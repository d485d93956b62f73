import { useState } from "react";
import { Empty } from "../parts/empty.tsx";
import { FoundRows } from "../parts/found-rows.tsx";
import { KeyFrame } from "../parts/keys/key-frame.tsx";
import { useNotice } from "../parts/notices.tsx";
import { FindContact } from "../parts/people/find-contact.tsx";
import { ImportAssignments } from "../parts/people/import-assignments.tsx";
import { SetAssignment } from "../parts/people/set-assignment.tsx";
import { PhoneNumber } from "../parts/phone-number.tsx";
import { Problem } from "../parts/problem.tsx";
import type { Column } from "../parts/table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { type Assignment, useAssignments, useResetAssignment } from "../queries/people.ts";
import { usePool } from "../queries/pool.ts";

/** Who stays with which number of a key: set by hand, freed, or brought along from elsewhere as a file. */
export function Sticky() {
  return <KeyFrame>{(key) => <StickyList key={key.api_key_id} apiKeyId={key.api_key_id} />}</KeyFrame>;
}

function StickyList({ apiKeyId }: { apiKeyId: string }) {
  const [contact, find] = useState("");
  const [open, setOpen] = useState<"set" | "import" | null>(null);
  const query = useAssignments(apiKeyId, contact);
  const pool = usePool(apiKeyId).data;
  const free = useResetAssignment(apiKeyId);
  const notify = useNotice();
  const close = () => setOpen(null);
  const columns = columnsOf(free.isPending, (who) =>
    free.mutate(who, { onSuccess: () => notify(`${who} is free: the pool chooses anew.`) }),
  );
  return (
    <>
      <div className="row apart">
        <p className="quiet">Who stays with which number. The pool ties people by itself; here you set or free them.</p>
        <div className="row">
          <button type="button" className="second" onClick={() => setOpen("import")}>
            Import a CSV
          </button>
          <button type="button" onClick={() => setOpen("set")}>
            Tie a contact
          </button>
        </div>
      </div>
      {pool?.selection.sticky === false && (
        <p className="note warn">
          This pool does not keep people with one number just now. Ties are kept, and heeded once it does.
        </p>
      )}
      <FindContact found={contact} onFind={find} />
      <Problem error={free.error} />
      <FoundRows
        query={query}
        rowsOf={(page) => page.assignments}
        order="by contact"
        columns={columns}
        keyOf={(one) => one.contact}
        empty={
          <Empty title={contact === "" ? "Nobody is tied to a number yet" : "This contact is tied to no number"}>
            <p>
              The first message ties a person to its number where the pool keeps people. Coming from elsewhere, bring
              them along as a CSV.
            </p>
          </Empty>
        }
      />
      {open === "set" && <SetAssignment apiKeyId={apiKeyId} numbers={pool?.numbers ?? []} onClose={close} />}
      {open === "import" && <ImportAssignments apiKeyId={apiKeyId} onClose={close} />}
    </>
  );
}

function columnsOf(isBusy: boolean, free: (contact: string) => void): [Column<Assignment>, ...Column<Assignment>[]] {
  return [
    { head: "Contact", cell: ({ contact }) => <PhoneNumber address={contact} copies /> },
    { head: "Stays with", cell: ({ phone_number: number }) => number !== null && <PhoneNumber address={number} /> },
    { head: "Since", cell: ({ assigned_at: at }) => at !== null && <TimeAgo at={at} /> },
    {
      head: "Change",
      kind: "action",
      cell: ({ contact }) => (
        <button type="button" className="link" disabled={isBusy} onClick={() => free(contact)}>
          Free<span className="hidden-words"> {contact}</span>
        </button>
      ),
    },
  ];
}
