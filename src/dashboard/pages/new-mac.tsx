import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "../api.ts";
import { TextField } from "../parts/field.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { useConnectMac } from "../queries/macs.ts";

/** The sandbox's Mac: its address and password open nothing else. */
const sandbox = { url: "https://mac.sandbox.invalid", password: "sandbox" };

/** Connects a Mac that runs BlueBubbles Server: what is asked for, where it stands, and what a refusal means. */
export function NewMac() {
  const navigate = useNavigate();
  const { mutate, error, isPending } = useConnectMac();
  const [login, setLogin] = useState({ url: "", password: "" });
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    mutate(
      { url: login.url.trim(), password: login.password, ...(name === "" ? {} : { name }) },
      {
        onSuccess: ({ integration_id: integrationId }) =>
          navigate({ to: "/integrations/$integrationId", params: { integrationId } }),
      },
    );
  }
  return (
    <>
      <p>
        <Link to="/integrations">← Integrations</Link>
      </p>
      <PageHead title="Connect a Mac">
        A Mac of yours that runs BlueBubbles Server gives iMessage lines. Its address and password are tried before
        anything is kept; the password is kept encrypted, and no answer of this gateway ever shows it again.
      </PageHead>
      <form className="card form" onSubmit={submit} autoComplete="off">
        <TextField
          label="Server address"
          name="url"
          type="url"
          required
          className="mono"
          placeholder="https://mac.example.com"
          value={login.url}
          onChange={({ target }) => setLogin({ ...login, url: target.value })}
          hint="In BlueBubbles Server: Connection, Server Address. A name of your own is best; a quick tunnel has a new one at each start."
        />
        <TextField
          label="Server password"
          name="password"
          type="password"
          autoComplete="off"
          spellCheck={false}
          required
          value={login.password}
          onChange={({ target }) => setLogin({ ...login, password: target.value })}
          hint="In BlueBubbles Server: Connection, Server Password. Whoever has it can read every message."
        />
        <TextField label="Name (optional)" name="name" maxLength={128} hint="How this Mac is called here." />
        <Problem error={error} />
        <Advice error={error} />
        <div className="row apart">
          <button type="submit" disabled={isPending}>
            {isPending ? "Asking the Mac …" : "Connect"}
          </button>
          <button type="button" className="second" onClick={() => setLogin(sandbox)}>
            Try it without a Mac
          </button>
        </div>
        <p className="hint">
          "Try it without a Mac" fills in the sandbox's own: a line of it sends, delivers and answers, for test keys
          alone, and reaches nobody.
        </p>
      </form>
    </>
  );
}

const advice: Record<string, string> = {
  bluebubbles_unreachable:
    "Open the address in a browser: it shows a page of BlueBubbles Server where everything is in order. If it does not, see that the Mac is awake, that the server runs, and that its tunnel or port is open to the Internet.",
  bluebubbles_authentication_failed:
    "The Mac answers, so the address is right. Copy the password again from BlueBubbles Server, under Connection.",
  setup_incomplete: "Set the public URL of this gateway in Settings first: the Mac rings there when somebody writes.",
};

function Advice({ error }: { error: Error | null }) {
  if (!(error instanceof ApiProblem)) return null;
  const known = error.details.integration_id;
  if (error.code === "already_exists" && typeof known === "string") {
    return (
      <p>
        <Link to="/integrations/$integrationId" params={{ integrationId: known }}>
          Open the Mac that is connected
        </Link>
      </p>
    );
  }
  const words = advice[error.code];
  return words === undefined ? null : <p className="note">{words}</p>;
}
