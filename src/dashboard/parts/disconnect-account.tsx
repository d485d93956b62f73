import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { type Integration, useDisconnect, useIntegrationsChanged } from "../queries/integrations.ts";
import { useNumbers } from "../queries/numbers.ts";
import { Confirm } from "./confirm.tsx";
import { Dialog } from "./dialog.tsx";
import { PhoneNumber } from "./phone-number.tsx";

/** The way out of an account: what follows is said first, and what could not be restored afterwards. */
export function DisconnectAccount({ account, onGone }: { account: Integration; onGone: () => void }) {
  const [isAsked, setAsked] = useState(false);
  const { mutate, data, error, isPending } = useDisconnect(account.integration_id);
  const { data: known } = useNumbers();
  const numbers = known?.numbers.filter(({ integration_id: id }) => id === account.integration_id) ?? [];
  const assigned = numbers.filter((number) => number.api_key_id !== null).length;
  return (
    <section className="card">
      <h2>Disconnect</h2>
      <p>Releases the numbers of this account and forgets its credentials.</p>
      <button type="button" className="danger" onClick={() => setAsked(true)}>
        Disconnect
      </button>
      {isAsked && data === undefined && (
        <Confirm
          title={`Disconnect ${account.name}?`}
          action="Disconnect"
          name={account.name}
          isBusy={isPending}
          error={error}
          onConfirm={() => mutate(undefined, { onSuccess: onGone })}
          onClose={() => setAsked(false)}
        >
          <ul>
            <li>
              {numbers.length === 1 ? "1 number is" : `${numbers.length} numbers are`} released, {assigned} of them from
              API keys that then cannot send from them.
            </li>
            <li>Messages that still wait to leave from them fail, and say so.</li>
            <li>The webhooks that stood at Twilio before the import are set again, as far as Twilio lets us.</li>
            <li>The credentials are forgotten. The account at Twilio itself stays as it is.</li>
          </ul>
        </Confirm>
      )}
      {data !== undefined && <Disconnected notRestored={data.webhooks_not_restored} />}
    </section>
  );
}

function Disconnected({ notRestored }: { notRestored: string[] }) {
  const changed = useIntegrationsChanged();
  const navigate = useNavigate();
  async function leave() {
    await navigate({ to: "/integrations" });
    await changed();
  }
  return (
    <Dialog title="The account is disconnected" onClose={leave}>
      {notRestored.length === 0 ? (
        <p>Every webhook at Twilio stands again as it did before the import.</p>
      ) : (
        <>
          <p>The former webhooks of these numbers could not be set again. Look after them in Twilio's console:</p>
          <ul>
            {notRestored.map((number) => (
              <li key={number}>
                <PhoneNumber address={number} copies />
              </li>
            ))}
          </ul>
        </>
      )}
      <div className="row end">
        <button type="button" onClick={leave}>
          To the integrations
        </button>
      </div>
    </Dialog>
  );
}
