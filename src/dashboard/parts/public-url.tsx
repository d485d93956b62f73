import { Link } from "@tanstack/react-router";
import { usePublicUrl } from "../queries/settings.ts";
import { PublicAddress } from "./public-address.tsx";

/** What the overview says of the public address: it asks for it where none is known, and leads to the settings where numbers still lead to a former one; else nothing. */
export function PublicUrl() {
  const { data } = usePublicUrl();
  if (data === undefined) return null;
  if (data.url === null) return <PublicAddress />;
  const { numbers_behind: count } = data;
  if (count === 0) return null;
  return (
    <p className="note warn">
      {count === 1 ? "1 number leads" : `${count} numbers lead`} to an address of before:{" "}
      <Link to="/settings">repair them in the settings</Link>.
    </p>
  );
}
