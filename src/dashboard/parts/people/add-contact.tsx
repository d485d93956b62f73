import { type FormEvent, useState } from "react";
import { useCreateContact } from "../../queries/people.ts";
import { Dialog } from "../dialog.tsx";
import { TextField } from "../field.tsx";
import { useNotice } from "../notices.tsx";
import { Problem } from "../problem.tsx";
import { readTags } from "./tags.ts";

/** Names somebody before the first message. */
export function AddContact({ apiKeyId, onClose }: { apiKeyId: string; onClose: () => void }) {
  const { mutate, error, isPending } = useCreateContact(apiKeyId);
  const [tooLong, setTooLong] = useState<string[]>([]);
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const read = readTags(String(form.get("tags")));
    setTooLong(read.tooLong);
    if (read.tooLong.length > 0) return;
    const name = String(form.get("name")).trim();
    mutate(
      { identifier: String(form.get("identifier")).trim(), name: name === "" ? null : name, tags: read.tags },
      {
        onSuccess: ({ identifier }) => {
          notify(`${identifier} is a contact of this key.`);
          onClose();
        },
      },
    );
  }
  return (
    <Dialog title="Add a contact" onClose={onClose}>
      <form onSubmit={submit}>
        <TextField
          label="Number or email"
          name="identifier"
          required
          maxLength={320}
          autoComplete="off"
          placeholder="+15551234567"
        />
        <TextField label="Name" name="name" dir="auto" maxLength={255} autoComplete="off" />
        <TextField
          label="Tags"
          name="tags"
          dir="auto"
          autoComplete="off"
          hint="Between commas, for example vip, newsletter."
          error={tooLong.length > 0 ? `At most 64 characters: ${tooLong.join(", ")}` : null}
        />
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
