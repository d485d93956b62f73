import { type FormEvent, useState } from "react";
import {
  type Contact,
  useAddTags,
  useDeleteContact,
  usePlaceContact,
  useRemoveTag,
  useRenameContact,
} from "../../queries/people.ts";
import { Confirm } from "../confirm.tsx";
import { Dialog } from "../dialog.tsx";
import { TextField } from "../field.tsx";
import { Icon } from "../icon.tsx";
import { useNotice } from "../notices.tsx";
import { readAddress } from "../phone-number.tsx";
import { Problem } from "../problem.tsx";
import { OptIns } from "./opt-ins.tsx";
import { readTags } from "./tags.ts";

type Props = { apiKeyId: string; contact: Contact; onClose: () => void };

/** A contact's name, time zone and tags, and the way to forget them. */
export function EditContact({ apiKeyId, contact, onClose }: Props) {
  const [isForgetting, setForgetting] = useState(false);
  const { mutate, error, isPending } = useRenameContact(apiKeyId, contact.identifier);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    mutate(name === "" ? null : name, { onSuccess: () => notify("The name is saved.") });
  }
  if (isForgetting) return <ForgetContact apiKeyId={apiKeyId} contact={contact} onClose={onClose} />;
  return (
    <Dialog title={readAddress(contact.identifier).words} onClose={onClose}>
      <form onSubmit={submit} className="with-button">
        <TextField
          label="Name"
          name="name"
          dir="auto"
          maxLength={255}
          autoComplete="off"
          defaultValue={contact.name ?? ""}
        />
        <button type="submit" className="second" disabled={isPending}>
          Save the name
        </button>
      </form>
      <Problem error={error} />
      <TimeZone apiKeyId={apiKeyId} contact={contact} />
      <Tags apiKeyId={apiKeyId} contact={contact} />
      <OptIns apiKeyId={apiKeyId} contact={contact} />
      <div className="row apart">
        <button type="button" className="danger" onClick={() => setForgetting(true)}>
          Delete the contact
        </button>
        <button type="button" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

function TimeZone({ apiKeyId, contact }: Omit<Props, "onClose">) {
  const { mutate, error, isPending } = usePlaceContact(apiKeyId, contact.identifier);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const zone = String(new FormData(event.currentTarget).get("zone")).trim();
    mutate(zone === "" ? null : zone, { onSuccess: () => notify("The time zone is saved.") });
  }
  return (
    <>
      <form onSubmit={submit} className="with-button">
        <TextField
          label="Time zone"
          name="zone"
          autoComplete="off"
          placeholder="As the number says"
          hint="Quiet hours go by it, for example America/New_York."
          defaultValue={contact.time_zone ?? ""}
        />
        <button type="submit" className="second" disabled={isPending}>
          Save the time zone
        </button>
      </form>
      <Problem error={error} />
    </>
  );
}

function Tags({ apiKeyId, contact }: Omit<Props, "onClose">) {
  const add = useAddTags(apiKeyId, contact.identifier);
  const remove = useRemoveTag(apiKeyId, contact.identifier);
  const [typed, setTyped] = useState("");
  const { tags, tooLong } = readTags(typed);
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (tags.length > 0 && tooLong.length === 0) add.mutate(tags, { onSuccess: () => setTyped("") });
  }
  return (
    <>
      <form onSubmit={submit} className="with-button">
        <TextField
          label="New tags"
          dir="auto"
          autoComplete="off"
          placeholder="vip, newsletter"
          value={typed}
          error={tooLong.length > 0 ? "At most 64 characters each." : null}
          onChange={({ target }) => setTyped(target.value)}
        />
        <button type="submit" className="second" disabled={tags.length === 0 || tooLong.length > 0 || add.isPending}>
          Add tags
        </button>
      </form>
      <ul className="tags" aria-label="Tags">
        {contact.tags.map((tag) => (
          <li key={tag} className="badge">
            <bdi>{tag}</bdi>
            <button type="button" className="icon" disabled={remove.isPending} onClick={() => remove.mutate(tag)}>
              <Icon name="close" size={14} />
              <span className="hidden-words">Remove the tag {tag}</span>
            </button>
          </li>
        ))}
      </ul>
      <Problem error={add.error ?? remove.error} />
    </>
  );
}

function ForgetContact({ apiKeyId, contact, onClose }: Props) {
  const { mutate, error, isPending } = useDeleteContact(apiKeyId, contact.identifier);
  return (
    <Confirm
      title={`Delete ${contact.name ?? readAddress(contact.identifier).words}?`}
      action="Delete the contact"
      isBusy={isPending}
      error={error}
      onConfirm={() => mutate(undefined, { onSuccess: onClose })}
      onClose={onClose}
    >
      <p>
        Name and tags are forgotten. Messages, its number and an opt-out stay, and with the next message the contact
        comes back, nameless.
      </p>
    </Confirm>
  );
}
