import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Answer, call } from "../api.ts";
import { useKeys } from "../queries/keys.ts";
import { Empty } from "./empty.tsx";
import { Select } from "./field.tsx";
import { Problem } from "./problem.tsx";
import { Reading } from "./reading.tsx";

export type Key = Answer<"listApiKeys">["api_keys"][number];

type Props = {
  /** The key that the address names. */
  asked: string | undefined;
  children: (key: Key, keys: readonly Key[]) => ReactNode;
};

/** Shows what belongs to one API key: the one that the address names, else the one that was used last. */
export function OfKey({ asked, children }: Props) {
  const { data, error } = useKeys();
  const listed = data?.api_keys.find(({ api_key_id: id }) => id === asked);
  const isFar = data !== undefined && asked !== undefined && listed === undefined;
  const far = useQuery({
    queryKey: ["key", asked],
    queryFn: () => call("getApiKey", { params: { apiKeyId: asked ?? "" } }),
    enabled: isFar,
  });
  if (data === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  if (isFar && far.data === undefined) return far.error === null ? <Reading /> : <Problem error={far.error} />;
  const keys = data.api_keys.toSorted(byUse);
  const key = listed ?? far.data ?? keys[0];
  if (key === undefined) {
    return (
      <Empty title="No API key yet">
        <p>Messages belong to an API key: it says who may send, and through which numbers.</p>
        <Link className="button" to="/keys">
          Create an API key
        </Link>
      </Empty>
    );
  }
  return children(key, keys);
}

/** Chooses the key that a page is about. */
export function KeyPicker({
  current,
  keys,
  onPick,
}: {
  current: Key;
  keys: readonly Key[];
  onPick: (id: string) => void;
}) {
  const all = keys.some(({ api_key_id: id }) => id === current.api_key_id) ? keys : [current, ...keys];
  const options = all.map((key) => ({
    value: key.api_key_id,
    label: `${key.name} (${[key.mode, ...(key.status === "active" ? [] : [key.status])].join(", ")})`,
  }));
  return <Select label="API key" value={current.api_key_id} onChange={onPick} options={options} />;
}

/** Keys that open stand before those that were revoked, and among them the last used first. */
function byUse(left: Key, right: Key): number {
  const isGone = (key: Key) => Number(key.status === "revoked");
  return isGone(left) - isGone(right) || (right.last_used_at ?? 0) - (left.last_used_at ?? 0);
}
