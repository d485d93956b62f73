import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { Icon } from "./icon.tsx";

const shownMs = 6_000;
const Say = createContext<(words: string) => void>(() => {});

/** Returns what tells a person, in passing and aloud to screen readers, that something was done. */
export function useNotice() {
  return useContext(Say);
}

/** Holds the notices of every page below it. */
export function Notices({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<{ id: string; words: string }[]>([]);
  const drop = useCallback((id: string) => setNotices((all) => all.filter((one) => one.id !== id)), []);
  const say = useCallback(
    (words: string) => {
      const id = crypto.randomUUID();
      setNotices((all) => [...all.slice(-2), { id, words }]);
      setTimeout(() => drop(id), shownMs);
    },
    [drop],
  );
  return (
    <Say value={say}>
      {children}
      <section className="notices" aria-live="polite" aria-label="Notices">
        {notices.map(({ id, words }) => (
          <div className="notice" key={id}>
            <span>{words}</span>
            <button type="button" className="icon" onClick={() => drop(id)}>
              <Icon name="close" size={16} />
              <span className="hidden-words">Close the notice</span>
            </button>
          </div>
        ))}
      </section>
    </Say>
  );
}
