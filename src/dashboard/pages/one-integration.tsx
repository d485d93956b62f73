import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { AccountDetails } from "../parts/account-details.tsx";
import { AccountNumbers } from "../parts/account-numbers.tsx";
import { AccountSettings } from "../parts/account-settings.tsx";
import { AccountTest } from "../parts/account-test.tsx";
import { Copy } from "../parts/copy.tsx";
import { DisconnectAccount } from "../parts/disconnect-account.tsx";
import { OneMac, useMac } from "../parts/macs/one-mac.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { type Integration, useIntegration } from "../queries/integrations.ts";

/** One account or Mac. */
export function OneIntegration() {
  const { integrationId = "" } = useParams({ strict: false }) as { integrationId?: string };
  const mac = useMac(integrationId);
  if (mac === undefined) return <Reading />;
  if (mac !== null) return <OneMac mac={mac} />;
  return <OneAccount integrationId={integrationId} />;
}

/** A Twilio account: whether it works, its numbers, its settings, and the way out. */
function OneAccount({ integrationId }: { integrationId: string }) {
  const [isGone, setGone] = useState(false);
  const { data: account, error } = useIntegration(integrationId, isGone);
  return (
    <>
      <p>
        <Link to="/integrations">← Integrations</Link>
      </p>
      <Problem error={error} />
      {account === undefined ? error === null && <Reading /> : <Whole account={account} onGone={() => setGone(true)} />}
    </>
  );
}

function Whole({ account, onGone }: { account: Integration; onGone: () => void }) {
  return (
    <>
      <PageHead
        title={account.name}
        actions={account.sandbox ? <span className="badge">sandbox</span> : <StatusBadge status={account.status} />}
      />
      {account.warnings.map((warning) => (
        <p key={warning} className={account.sandbox ? "note" : "note warn"}>
          {warning}
        </p>
      ))}
      <AccountNumbers account={account} />
      <AccountTest integrationId={account.integration_id} />
      <Facts account={account} />
      {!account.sandbox && (
        <>
          <AccountSettings account={account} />
          <AccountDetails account={account} />
          <DisconnectAccount account={account} onGone={onGone} />
        </>
      )}
    </>
  );
}

function Facts({ account }: { account: Integration }) {
  return (
    <section className="card">
      <h2>Addresses for Twilio</h2>
      <p className="quiet">
        Importing a number sets them at Twilio. For a sender that Twilio lists nowhere, paste them there yourself.
      </p>
      <dl className="facts">
        <dt>Incoming messages</dt>
        <dd className="row">
          <code className="mono">{account.inbound_url}</code>{" "}
          <Copy text={account.inbound_url} what="the inbound address" />
        </dd>
        <dt>Status reports</dt>
        <dd className="row">
          <code className="mono">{account.status_url}</code>{" "}
          <Copy text={account.status_url} what="the status address" />
        </dd>
        <dt>Account SID</dt>
        <dd className="row">
          <code className="mono">{account.account_sid}</code> <Copy text={account.account_sid} what="the Account SID" />
        </dd>
        <dt>Signs in by</dt>
        <dd>
          {account.authentication === "api_key" ? `API key ${account.api_key_sid ?? ""}` : "auth token"};{" "}
          {account.webhooks_verified ? "incoming requests are verified" : "incoming requests are not verified"}
        </dd>
        <dt>Connected</dt>
        <dd>
          <TimeAgo at={account.created_at} />
        </dd>
      </dl>
    </section>
  );
}
