import { useState } from "react";
import { Icon } from "./icon.tsx";
import { useNotice } from "./notices.tsx";

type Props = { text: string; what: string };

/** Returns what copies a text and, for two seconds, says that it did. */
function useCopy(text: string) {
  const [isDone, setDone] = useState(false);
  const notify = useNotice();
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      setTimeout(() => setDone(false), 2_000);
    } catch {
      notify("The browser does not let this page copy: select the text and copy it yourself.");
    }
  }
  return { isDone, copy };
}

/** Copies a text exactly and says so; `what` names it ("the number"). */
export function Copy({ text, what }: Props) {
  const { isDone, copy } = useCopy(text);
  return (
    <button type="button" className="icon" onClick={copy} title={`Copy ${what}`}>
      <Icon name={isDone ? "check" : "copy"} size={16} />
      <span className="hidden-words" aria-live="polite">
        {isDone ? "Copied" : `Copy ${what}`}
      </span>
    </button>
  );
}

/** Copies a longer text by a button with words of its own. */
export function CopyText({ text, words }: { text: string; words: string }) {
  const { isDone, copy } = useCopy(text);
  return (
    <button type="button" className="second" onClick={copy}>
      <Icon name={isDone ? "check" : "copy"} size={16} />
      <span aria-live="polite">{isDone ? "Copied" : words}</span>
    </button>
  );
}

/** A secret or an address in full, to be copied. Whoever renders it keeps it in its own state alone. */
export function CopyOnce({ text, what }: Props) {
  return (
    <div className="row copy-once">
      <code className="secret">{text}</code>
      <Copy text={text} what={what} />
    </div>
  );
}
