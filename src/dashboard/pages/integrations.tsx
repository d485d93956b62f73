import { Link } from "@tanstack/react-router";
import { PageHead } from "../parts/page-head.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { StatusBadge } from "../parts/status-badge.tsx";
import { TimeAgo } from "../parts/time-ago.tsx";
import { type Integration, useIntegrations } from "../queries/integrations.ts";
import { type Mac, useMacs } from "../queries/macs.ts";
import { useNumbers } from "../queries/numbers.ts";

/** What messages leave by: connected accounts, the sandbox, and what can be connected. */
export function Integrations() {
  const { data, error } = useIntegrations();
  const numbers = useNumbers();
  const macs = useMacs().data?.integrations ?? [];
  if (data === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  const accounts = data.integrations.filter(({ sandbox }) => !sandbox);
  const sandboxes = data.integrations.filter(({ sandbox }) => sandbox);
  const countOf = (id: string) => numbers.data?.numbers.filter((number) => number.integration_id === id).length;
  return (
    <>
      <PageHead title="Integrations">The accounts of your own that messages leave by and arrive at.</PageHead>
      <Problem error={error} />
      <div className="cards">
        {accounts.map((account) => (
          <AccountCard key={account.integration_id} account={account} numbers={countOf(account.integration_id)} />
        ))}
        <section className="card">
          <h2>Twilio</h2>
          <p>
            Connect {accounts.length === 0 ? "your account" : "another account"}, import its numbers, and send and
            receive SMS, MMS and WhatsApp through them.
          </p>
          <Link className={accounts.length === 0 ? "button" : "button second"} to="/integrations/new">
            Connect
          </Link>
        </section>
        {macs.map((mac) => (
          <MacCard key={mac.integration_id} mac={mac} lines={countOf(mac.integration_id)} />
        ))}
        <section className="card">
          <h2>iMessage</h2>
          <p>
            Lines of your own: a Mac that runs BlueBubbles Server sends and receives iMessages, with replies, reactions
            and groups. It can be tried without a Mac.
          </p>
          <Link className="button second" to="/integrations/new-mac">
            Add a Mac
          </Link>
        </section>
        {sandboxes.map((account) => (
          <AccountCard key={account.integration_id} account={account} numbers={countOf(account.integration_id)} />
        ))}
      </div>
    </>
  );
}

function MacCard({ mac, lines }: { mac: Mac; lines: number | undefined }) {
  return (
    <section className="card">
      <div className="card-head">
        <h2 dir="auto">
          <Link to="/integrations/$integrationId" params={{ integrationId: mac.integration_id }}>
            {mac.name}
          </Link>
        </h2>
        {mac.sandbox ? <span className="badge">sandbox</span> : <StatusBadge status={mac.status} />}
      </div>
      <p className="mono small quiet text">{mac.url}</p>
      {mac.warnings.slice(0, 2).map((warning) => (
        <p key={warning} className="warn small">
          {warning}
        </p>
      ))}
      <p className="quiet">
        {lines === undefined ? "…" : `${lines} line${lines === 1 ? "" : "s"}`}
        {mac.last_seen !== null && (
          <>
            , last heard <TimeAgo at={mac.last_seen} />
          </>
        )}
      </p>
    </section>
  );
}

function AccountCard({ account, numbers }: { account: Integration; numbers: number | undefined }) {
  const problems = account.sandbox ? [] : account.warnings;
  return (
    <section className="card">
      <div className="card-head">
        <h2 dir="auto">
          <Link to="/integrations/$integrationId" params={{ integrationId: account.integration_id }}>
            {account.name}
          </Link>
        </h2>
        {account.sandbox ? <span className="badge">sandbox</span> : <StatusBadge status={account.status} />}
      </div>
      {account.sandbox ? (
        <p>The built-in account: it never touches the network and costs nothing. Test keys send through it.</p>
      ) : (
        <p className="mono small quiet">{account.account_sid}</p>
      )}
      {problems.slice(0, 2).map((warning) => (
        <p key={warning} className="warn small">
          {warning}
        </p>
      ))}
      <p className="quiet">
        {numbers === undefined ? "…" : `${numbers} number${numbers === 1 ? "" : "s"} imported`}
        {problems.length > 2 && `, ${problems.length - 2} more to look at`}
      </p>
    </section>
  );
}
