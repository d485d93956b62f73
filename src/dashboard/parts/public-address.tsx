import { type FormEvent, useState } from "react";
import type { Answer } from "../api.ts";
import { usePublicUrl, useRepairPublicUrl, useSetPublicUrl } from "../queries/settings.ts";
import { TextField } from "./field.tsx";
import { useNotice } from "./notices.tsx";
import { PhoneNumber } from "./phone-number.tsx";
import { Problem } from "./problem.tsx";
import { Reading } from "./reading.tsx";

type PublicUrl = Answer<"getPublicUrl">;

/** The address at which the world reaches the gateway: callbacks, media and short links lead there. */
export function PublicAddress() {
  const { data, error } = usePublicUrl();
  return (
    <section className="card">
      <h2>Public address</h2>
      <p className="quiet">
        Where Twilio's callbacks, links and files lead. Addresses of before are heard for ever; numbers follow when they
        are repaired.
      </p>
      <Problem error={error} />
      {data === undefined ? error === null && <Reading /> : <Address of={data} />}
    </section>
  );
}

function Address({ of: known }: { of: PublicUrl }) {
  const [typed, setTyped] = useState<string | null>(null);
  const address = typed ?? known.url ?? location.origin;
  const set = useSetPublicUrl();
  const notify = useNotice();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    set.mutate(address.trim(), {
      onSuccess: ({ url }) => {
        setTyped(null);
        notify(`The public address is ${url}.`);
      },
    });
  }
  const isFixed = !known.changeable;
  return (
    <>
      <form onSubmit={submit}>
        <TextField
          label="Address"
          type="url"
          required
          value={address}
          readOnly={isFixed}
          hint={
            isFixed
              ? "It is the Worker's setting PUBLIC_URL: it is changed there."
              : `This page is open at ${location.origin}.`
          }
          onChange={({ target }) => setTyped(target.value)}
        />
        <Problem error={set.error} />
        {!isFixed && (
          <button type="submit" disabled={set.isPending || address.trim() === known.url}>
            {set.isPending ? "Setting …" : "Set the address"}
          </button>
        )}
      </form>
      {known.former.length > 0 && (
        <p className="small text">
          Before: <span className="mono">{known.former.join(", ")}</span>
        </p>
      )}
      {known.numbers_behind > 0 && <Behind of={known} />}
    </>
  );
}

function Behind({ of: { numbers_behind: count, phone_numbers_behind: some } }: { of: PublicUrl }) {
  const repair = useRepairPublicUrl();
  const { data: done } = repair;
  return (
    <div className="note warn">
      <p>
        {count === 1 ? "1 number leads" : `${count} numbers lead`} to an address of before:{" "}
        {some.slice(0, 5).map((address) => (
          <span key={address}>
            <PhoneNumber address={address} />{" "}
          </span>
        ))}
        {count > 5 && "…"}
      </p>
      {done !== undefined && (
        <p role="status">
          Repaired {done.repaired}
          {done.failed.length > 0 && `, failed ${done.failed.length}: ${done.failed[0]?.message}`}
          {done.goes_on && "; the others follow by themselves"}.
        </p>
      )}
      <Problem error={repair.error} />
      <button type="button" className="second" disabled={repair.isPending} onClick={() => repair.mutate()}>
        {repair.isPending ? "Repairing …" : "Repair"}
      </button>
    </div>
  );
}
