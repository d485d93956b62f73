import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { request } from "../api.ts";
import { TextField } from "../parts/field.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { Problem } from "../parts/problem.tsx";

/** Opens a session by a one-time link, whose claim stands behind the `#`, or by the admin token. */
export function SignIn() {
  const [problem, setProblem] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();
  const search: Record<string, unknown> = useSearch({ strict: false });
  const claimed = useRef(false);

  async function enter(given: { token: string } | { claim: string }) {
    setBusy(true);
    setProblem(null);
    try {
      await request("/app/session", "POST", given);
      await navigate({ href: pageBefore(search.to) });
    } catch (error) {
      setProblem(error as Error);
    } finally {
      setBusy(false);
    }
  }

  useEffect(() => {
    const claim = /^#claim=(.+)$/.exec(location.hash)?.[1];
    if (claim === undefined || claimed.current) return;
    claimed.current = true;
    history.replaceState(null, "", location.pathname);
    void enter({ claim });
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const token = new FormData(event.currentTarget).get("token");
    void enter({ token: typeof token === "string" ? token : "" });
  }

  return (
    <main className="narrow">
      <PageTitle>Sign in to Trunkline</PageTitle>
      <form className="card" onSubmit={submit}>
        <input type="text" name="username" autoComplete="username" defaultValue="admin" hidden readOnly />
        <TextField label="Admin token" type="password" name="token" autoComplete="current-password" required />
        <Problem error={problem} />
        <button type="submit" disabled={busy}>
          {busy ? "Signing in …" : "Sign in"}
        </button>
      </form>
      <p className="quiet">
        The token is the gateway's setting <code>ADMIN_TOKEN</code>. On the machine that runs it,{" "}
        <code>npm run sign-in</code> prints a link that signs you in once.
      </p>
    </main>
  );
}

/** Returns the page that a session's end led away from: one of ours alone, whatever the address says. */
function pageBefore(asked: unknown): string {
  return typeof asked === "string" && /^\/(?![/\\])/.test(asked) && !asked.startsWith("/sign-in") ? asked : "/";
}
