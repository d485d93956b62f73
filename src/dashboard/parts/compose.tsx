import { type FormEvent, type KeyboardEvent, useDeferredValue, useEffect, useState } from "react";
import { keepDraft, readDraft } from "../queries/inbox.ts";
import { type Draft, useAnswerAsPerson, usePreview, useSend } from "../queries/sending.ts";
import { TextArea, TextField } from "./field.tsx";
import type { Key } from "./key-picker.tsx";
import { useNotice } from "./notices.tsx";
import { Problem } from "./problem.tsx";
import { TextLength } from "./text-length.tsx";
import { WouldLeave } from "./would-leave.tsx";

type Props = {
  of: Key;
  chat: string;
  /** The last message that they wrote: a STOP among them changes what a send would do. */
  heard: string;
  /** Our number of the conversation. */
  number: string | null;
  /** Only where a conversation begins: we begin it then. */
  onSent?: (messageId: string) => void;
};

const settleMs = 300;

/** Where the next message is written: how many parts it makes, and from which number it would leave and why. What is refused stays written. */
export function Compose(props: Props) {
  const { of: key, chat } = props;
  const [asPerson, setAsPerson] = useState(false);
  const { text, write, file, setFile, isBusy, error, preview, submit, speak } = useComposing(props, asPerson);
  const isEmpty = text.trim() === "" && file.trim() === "";
  if (key.status === "revoked") return <p className="note">This key was revoked: it sends nothing any more.</p>;
  return (
    <form className="compose" onSubmit={submit}>
      {key.mode === "test" && props.onSent === undefined && (
        <Side asPerson={asPerson} onChange={setAsPerson} onSay={speak} isBusy={isBusy} />
      )}
      <TextArea
        label={asPerson ? "What they write" : "Your message"}
        rows={2}
        value={text}
        onChange={({ target }) => write(target.value)}
        onKeyDown={sendByKeyboard}
        hint={<TextLength text={text} isDivided={!chat.startsWith("whatsapp:") && file.trim() === ""} />}
      />
      {!asPerson && <WouldLeave preview={preview.data} error={preview.error} />}
      <Problem error={error} />
      <div className="row">
        <button type="submit" disabled={isEmpty || isBusy}>
          {isBusy ? "Sending …" : asPerson ? "Write as them" : "Send"}
        </button>
        <span className="quiet small">Ctrl + Enter sends, too.</span>
      </div>
      {!asPerson && <FileAddress file={file} onChange={setFile} />}
    </form>
  );
}

/** What is being written to somebody, and what happens to it. */
function useComposing({ of: { api_key_id: apiKeyId }, chat, heard, number, onSent }: Props, asPerson: boolean) {
  const [text, setText] = useState(() => readDraft(apiKeyId, chat));
  const [file, setFile] = useState("");
  const draft = draftOf(chat, text, file);
  const preview = usePreview(apiKeyId, useSettled(chat === "" ? null : draft), heard);
  const send = useSend(apiKeyId, forget);
  const answer = useAnswerAsPerson(apiKeyId, forget);
  const notify = useNotice();
  const ourNumber = number ?? preview.data?.from_number ?? null;

  function write(next: string) {
    setText(next);
    keepDraft(apiKeyId, chat, next);
  }

  /** What was sent is written no more; what was written since stays. */
  function forget(sent: string) {
    if (readDraft(apiKeyId, chat) === sent) write("");
    setFile("");
  }

  function speak(words: string) {
    if (ourNumber === null) return notify("There is no number yet that they could write to.");
    answer.mutate({ from: chat, to: ourNumber, text: words });
  }

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (send.isPending || answer.isPending) return;
    if (asPerson) return speak(text);
    send.mutate(draft, { onSuccess: ({ message_id: messageId }) => onSent?.(messageId) });
  }

  const error = send.error ?? answer.error;
  return { text, write, file, setFile, isBusy: send.isPending || answer.isPending, error, preview, submit, speak };
}

function sendByKeyboard(event: KeyboardEvent<HTMLTextAreaElement>) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  event.currentTarget.form?.requestSubmit();
}

function FileAddress({ file, onChange }: { file: string; onChange: (file: string) => void }) {
  return (
    <details>
      <summary>Add a file</summary>
      <TextField
        label="Address of the file"
        type="url"
        value={file}
        placeholder="https://example.com/picture.jpg"
        hint="A public https address; the carrier fetches it."
        onChange={({ target }) => onChange(target.value)}
      />
    </details>
  );
}

function draftOf(to: string, text: string, file: string): Draft {
  return {
    to,
    ...(text.trim() === "" ? {} : { text }),
    ...(file.trim() === "" ? {} : { attachments: [file.trim()] }),
  };
}

type SideProps = {
  asPerson: boolean;
  onChange: (asPerson: boolean) => void;
  onSay: (words: string) => void;
  isBusy: boolean;
};

/** In the sandbox the other side is played from here as well. */
function Side({ asPerson, onChange, onSay, isBusy }: SideProps) {
  return (
    <fieldset className="row">
      <legend className="hidden-words">Who writes</legend>
      <label className="check">
        <input type="radio" name="side" checked={!asPerson} onChange={() => onChange(false)} /> Write as you
      </label>
      <label className="check">
        <input type="radio" name="side" checked={asPerson} onChange={() => onChange(true)} /> Answer as the other side
      </label>
      {asPerson &&
        ["STOP", "START", "HELP"].map((word) => (
          <button type="button" className="second" key={word} disabled={isBusy} onClick={() => onSay(word)}>
            {word}
          </button>
        ))}
    </fieldset>
  );
}

/** Returns a value once it has not changed for a moment: every key pressed would be a call. */
function useSettled<T>(value: T): T {
  const now = useDeferredValue(value);
  const [settled, settle] = useState(now);
  const written = JSON.stringify(now);
  useEffect(() => {
    const timer = setTimeout(() => settle(JSON.parse(written) as T), settleMs);
    return () => clearTimeout(timer);
  }, [written]);
  return settled;
}
