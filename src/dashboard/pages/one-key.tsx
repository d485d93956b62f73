import { KeyFacts } from "../parts/keys/key-facts.tsx";
import { KeyFrame } from "../parts/keys/key-frame.tsx";
import { KeySettings } from "../parts/keys/key-settings.tsx";
import { Pool } from "../parts/keys/pool.tsx";

/** One API key: its pool, what it would choose and why, its settings. */
export function OneKey() {
  return (
    <KeyFrame>
      {(key) => (
        <>
          <KeyFacts apiKey={key} />
          {key.status === "revoked" ? (
            <p className="note warn">This key was revoked: it holds no numbers and sends nothing. Its messages stay.</p>
          ) : (
            <>
              <Pool key={key.api_key_id} apiKey={key} />
              <KeySettings key={`settings ${key.api_key_id}`} apiKey={key} />
            </>
          )}
        </>
      )}
    </KeyFrame>
  );
}
