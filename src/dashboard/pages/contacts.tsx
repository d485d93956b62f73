import { useState } from "react";
import { useSettled } from "../parts/debounced.ts";
import { Empty } from "../parts/empty.tsx";
import { TextField } from "../parts/field.tsx";
import { FoundRows } from "../parts/found-rows.tsx";
import { KeyFrame } from "../parts/keys/key-frame.tsx";
import { AddContact } from "../parts/people/add-contact.tsx";
import { EditContact } from "../parts/people/edit-contact.tsx";
import { PhoneNumber } from "../parts/phone-number.tsx";
import type { Column } from "../parts/table.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { type Contact, useContacts } from "../queries/people.ts";

/** The people of a key: whom it has written to or heard from, their names and tags. */
export function Contacts() {
  return <KeyFrame>{(key) => <ContactList key={key.api_key_id} apiKeyId={key.api_key_id} />}</KeyFrame>;
}

function ContactList({ apiKeyId }: { apiKeyId: string }) {
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim());
  const [open, setOpen] = useState<string | "new" | null>(null);
  const query = useContacts(apiKeyId, q);
  const contacts = query.data?.pages.flatMap((page) => page.contacts) ?? [];
  const edited = contacts.find(({ identifier }) => identifier === open);
  return (
    <>
      <div className="row apart">
        <p className="quiet">Whoever this key has written to or heard from is here by itself.</p>
        <button type="button" onClick={() => setOpen("new")}>
          Add a contact
        </button>
      </div>
      <search className="filters">
        <TextField
          label="Search"
          type="search"
          dir="auto"
          placeholder="Part of a name or of a number"
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      </search>
      <FoundRows
        query={query}
        rowsOf={(page) => page.contacts}
        order="latest first"
        columns={columnsOf(setOpen)}
        keyOf={({ identifier }) => identifier}
        empty={<NoContacts q={q} onClear={() => setTyped("")} onAdd={() => setOpen("new")} />}
      />
      {open === "new" && <AddContact apiKeyId={apiKeyId} onClose={() => setOpen(null)} />}
      {edited !== undefined && <EditContact apiKeyId={apiKeyId} contact={edited} onClose={() => setOpen(null)} />}
    </>
  );
}

function columnsOf(edit: (identifier: string) => void): [Column<Contact>, ...Column<Contact>[]] {
  return [
    { head: "Contact", cell: ({ identifier }) => <PhoneNumber address={identifier} copies /> },
    { head: "Name", cell: ({ name }) => (name === null ? "" : <bdi>{name}</bdi>) },
    {
      head: "Tags",
      cell: ({ tags }) =>
        tags.length > 0 && (
          <span className="row tight">
            {tags.map((tag) => (
              <span key={tag} className="badge">
                <bdi>{tag}</bdi>
              </span>
            ))}
          </span>
        ),
    },
    { head: "Last message", cell: ({ last_message_time: at }) => (at === null ? "none" : <TimeAgo at={at} />) },
    {
      head: "Change",
      kind: "action",
      cell: ({ identifier, name }) => (
        <button type="button" className="link" onClick={() => edit(identifier)}>
          Edit<span className="hidden-words"> {name ?? identifier}</span>
        </button>
      ),
    },
  ];
}

function NoContacts({ q, onClear, onAdd }: { q: string; onClear: () => void; onAdd: () => void }) {
  if (q !== "") {
    return (
      <Empty title="Nobody matches">
        <p>
          No name and no number of this key has <bdi>“{q}”</bdi> in it.
        </p>
        <button type="button" className="second" onClick={onClear}>
          Clear the search
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="No contacts yet">
      <p>The first message to or from a person makes a contact. Add one by hand to name somebody before that.</p>
      <button type="button" onClick={onAdd}>
        Add a contact
      </button>
    </Empty>
  );
}
