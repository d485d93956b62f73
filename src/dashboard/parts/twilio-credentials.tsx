import { TextField } from "./field.tsx";

export type Authentication = "api_key" | "auth_token";

type Props = { kind: Authentication; onKind: (kind: Authentication) => void };

const secret = { type: "password", autoComplete: "off", spellCheck: false } as const;

/** Twilio's credentials of either kind, with where each is found. They live in the form alone. */
export function TwilioCredentials({ kind, onKind }: Props) {
  return (
    <fieldset>
      <legend>How the gateway signs in at Twilio</legend>
      <label className="check">
        <input type="radio" name="kind" checked={kind === "api_key"} onChange={() => onKind("api_key")} />
        API key (better: it can be revoked by itself)
      </label>
      <label className="check">
        <input type="radio" name="kind" checked={kind === "auth_token"} onChange={() => onKind("auth_token")} />
        Auth token alone
      </label>
      {kind === "api_key" && (
        <>
          <TextField
            label="API key SID"
            name="api_key_sid"
            required
            pattern="\s*SK[0-9a-fA-F]{32}\s*"
            title="SK and 32 hexadecimal digits"
            placeholder="SK…"
            className="mono"
            hint="In Twilio's console: Account, API keys & tokens, Create API key, type Standard. It begins with SK."
          />
          <TextField
            {...secret}
            label="API key secret"
            name="api_key_secret"
            required
            hint="Twilio shows it once, when the key is created."
          />
        </>
      )}
      <TextField
        {...secret}
        label={kind === "api_key" ? "Auth token (recommended)" : "Auth token"}
        name="auth_token"
        required={kind === "auth_token"}
        hint={
          kind === "api_key"
            ? "Under Account Info, beside the Account SID. With it, what arrives in Twilio's name is verified; without it, events say verified: false."
            : "Under Account Info, beside the Account SID."
        }
      />
    </fieldset>
  );
}

/** Returns the credentials that were typed; what was left empty is not given. */
export function readCredentials(form: FormData) {
  const typed = (name: string) => String(form.get(name) ?? "").trim();
  const [keySid, keySecret, token] = [typed("api_key_sid"), typed("api_key_secret"), typed("auth_token")];
  return {
    ...(keySid === "" ? {} : { api_key_sid: keySid, api_key_secret: keySecret }),
    ...(token === "" ? {} : { auth_token: token }),
  };
}
