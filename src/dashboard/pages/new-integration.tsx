import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiProblem } from "../api.ts";
import { TextField } from "../parts/field.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { type Authentication, readCredentials, TwilioCredentials } from "../parts/twilio-credentials.tsx";
import { useConnect } from "../queries/integrations.ts";

/** Connects a Twilio account: what is asked for, and where each of it stands in Twilio's console. */
export function NewIntegration() {
  const [kind, setKind] = useState<Authentication>("api_key");
  const navigate = useNavigate();
  const { mutate, error, isPending } = useConnect();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name") ?? "").trim();
    const body = {
      account_sid: String(form.get("account_sid")).trim(),
      ...(name === "" ? {} : { name }),
      ...readCredentials(form),
    };
    mutate(body, {
      onSuccess: ({ integration_id: integrationId }) =>
        navigate({ to: "/integrations/$integrationId", params: { integrationId } }),
    });
  }
  return (
    <>
      <p>
        <Link to="/integrations">← Integrations</Link>
      </p>
      <PageHead title="Connect a Twilio account">
        The credentials are tried at Twilio before anything is kept, and kept encrypted. No answer of this gateway ever
        shows them again.
      </PageHead>
      <form className="card form" onSubmit={submit} autoComplete="off">
        <TextField
          label="Account SID"
          name="account_sid"
          required
          pattern="\s*AC[0-9a-fA-F]{32}\s*"
          title="AC and 32 hexadecimal digits"
          placeholder="AC…"
          className="mono"
          hint="On the front page of Twilio's console, under Account Info: it begins with AC."
        />
        <TwilioCredentials kind={kind} onKind={setKind} />
        <TextField label="Name (optional)" name="name" maxLength={128} hint="How this account is called here." />
        <Problem error={error} />
        {error instanceof ApiProblem && error.code === "already_exists" && <KnownAccount problem={error} />}
        <button type="submit" disabled={isPending}>
          {isPending ? "Trying the credentials …" : "Connect"}
        </button>
      </form>
    </>
  );
}

function KnownAccount({ problem }: { problem: ApiProblem }) {
  const known = problem.details.integration_id;
  if (typeof known !== "string") return null;
  return (
    <p>
      <Link to="/integrations/$integrationId" params={{ integrationId: known }}>
        Open the account that is connected
      </Link>
    </p>
  );
}
