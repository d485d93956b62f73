import { Link } from "@tanstack/react-router";
import { type Mac, useMacs } from "../../queries/macs.ts";
import { PageHead } from "../page-head.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { TimeAgo } from "../time-ago.tsx";
import { MacAbilities } from "./mac-abilities.tsx";
import { MacLines } from "./mac-lines.tsx";
import { DisconnectMac, MacLogin } from "./mac-login.tsx";
import { MacTest } from "./mac-test.tsx";

/** Returns the Mac of this id as it was last read, null where the id is none of a Mac, undefined while that is not known. */
export function useMac(integrationId: string): Mac | null | undefined {
  const { data } = useMacs();
  return data === undefined
    ? undefined
    : (data.integrations.find(({ integration_id: id }) => id === integrationId) ?? null);
}

/** One Mac: how it fares, its lines, what they can do, its login, and the way out. */
export function OneMac({ mac }: { mac: Mac }) {
  return (
    <>
      <p>
        <Link to="/integrations">← Integrations</Link>
      </p>
      <PageHead
        title={mac.name}
        actions={mac.sandbox ? <span className="badge">sandbox</span> : <StatusBadge status={mac.status} />}
      />
      {mac.sandbox && (
        <p className="note">This Mac exists only inside the gateway: it reaches nobody and costs nothing.</p>
      )}
      {mac.warnings.map((warning) => (
        <p key={warning} className="note warn">
          {warning}
        </p>
      ))}
      <MacLines mac={mac} />
      <section className="card">
        <h2>The Mac</h2>
        <dl className="facts">
          <dt>System</dt>
          <dd>macOS {mac.macos_version ?? "of an unknown version"}</dd>
          <dt>BlueBubbles Server</dt>
          <dd>{mac.server_version ?? "version not known"}</dd>
          <dt>Private API</dt>
          <dd>
            {mac.private_api
              ? mac.helper_connected
                ? "on, its helper is connected"
                : "on, its helper is missing"
              : "off"}
          </dd>
          <dt>Reached by</dt>
          <dd>{mac.proxy ?? "its own address"}</dd>
          <dt>Apple ID's addresses</dt>
          <dd>
            <bdi>{mac.aliases.length === 0 ? "not known" : mac.aliases.join(", ")}</bdi>
          </dd>
          <dt>Last heard</dt>
          <dd>{mac.last_seen === null ? "never" : <TimeAgo at={mac.last_seen} />}</dd>
        </dl>
      </section>
      <MacTest integrationId={mac.integration_id} />
      <MacAbilities mac={mac} />
      <MacLogin mac={mac} />
      <DisconnectMac mac={mac} />
    </>
  );
}
