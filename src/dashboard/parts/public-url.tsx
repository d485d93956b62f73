import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";
import { call } from "../api.ts";
import { TextField } from "./field.tsx";
import { Problem } from "./problem.tsx";

/** Asks a new gateway's first visitor for the address that it is reached at, and offers to repair numbers that lead to a former one; else nothing. */
export function PublicUrl() {
  const client = useQueryClient();
  const { data } = useQuery({ queryKey: ["public-url"], queryFn: () => call("getPublicUrl", {}) });
  const refresh = () => client.invalidateQueries();
  const set = useMutation({ mutationFn: (url: string) => call("putPublicUrl", { body: { url } }), onSuccess: refresh });
  const repair = useMutation({ mutationFn: () => call("repairPublicUrl", {}), onSuccess: refresh });
  if (data === undefined) return null;

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const url = new FormData(event.currentTarget).get("url");
    set.mutate(typeof url === "string" ? url : "");
  }

  if (data.url === null) {
    return (
      <section className="card">
        <h2>Where is this gateway reached?</h2>
        <p>Twilio will call this address, and short links begin with it. Until it is said, live keys answer 503.</p>
        <form onSubmit={submit}>
          <TextField label="Public URL" type="url" name="url" defaultValue={location.origin} required />
          <button type="submit" disabled={set.isPending}>
            Yes, it is reached here
          </button>
        </form>
        <Problem error={set.error} />
      </section>
    );
  }
  if (data.numbers_behind === 0 && repair.data === undefined) return null;
  const failed = repair.data?.failed ?? [];
  return (
    <section className="card">
      <h2>{data.numbers_behind} numbers lead to a former address</h2>
      <p>
        Their webhooks at Twilio do not lead to {data.url}. What comes to a former address is still taken, as long as
        that leads here.
      </p>
      <button type="button" onClick={() => repair.mutate()} disabled={repair.isPending || data.numbers_behind === 0}>
        Point them here
      </button>
      {failed.map(({ phone_number, message }) => (
        <p key={phone_number}>
          {phone_number}: {message}
        </p>
      ))}
      <Problem error={repair.error} />
    </section>
  );
}
