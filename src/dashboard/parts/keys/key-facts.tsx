import type { Key } from "../../queries/key.ts";
import { useOrganizations } from "../../queries/key.ts";
import { Copy } from "../copy.tsx";
import { TimeAgo } from "../time-ago.tsx";

/** What a key is, at a glance. */
export function KeyFacts({ apiKey: key }: { apiKey: Key }) {
  const organizations = useOrganizations().data?.organizations ?? [];
  const organization = organizations.find(({ organization_id }) => organization_id === key.organization_id);
  return (
    <section className="card" aria-label="Facts">
      <dl className="facts">
        <dt>Key</dt>
        <dd>
          <span>
            {key.mode}, ends in <span className="mono">…{key.key_hint}</span>
          </span>
        </dd>
        <dt>Id for the admin API</dt>
        <dd>
          <span className="mono">{key.api_key_id}</span> <Copy text={key.api_key_id} what="the id" />
        </dd>
        <dt>Organization</dt>
        <dd>
          <bdi>{organization?.name ?? key.organization_id}</bdi>
        </dd>
        <dt>Carries</dt>
        <dd>{key.protocol === null ? "nothing yet: it holds no numbers" : protocols[key.protocol]}</dd>
        <dt>Waiting</dt>
        <dd>{key.waiting == null ? "not known just now" : `${key.waiting.toLocaleString("en")} to leave`}</dd>
        <dt>Last used</dt>
        <dd>{key.last_used_at === null ? "never" : <TimeAgo at={key.last_used_at} />}</dd>
        <dt>Created</dt>
        <dd>
          <TimeAgo at={key.created_at} />
        </dd>
      </dl>
    </section>
  );
}

const protocols = { twilio: "text messages and WhatsApp, by Twilio", blooio: "iMessage" } as const;
