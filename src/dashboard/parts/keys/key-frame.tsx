import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { type Key, useKey } from "../../queries/key.ts";
import { PageHead } from "../page-head.tsx";
import { Problem } from "../problem.tsx";
import { Reading } from "../reading.tsx";
import { StatusBadge } from "../status-badge.tsx";
import { Tabs } from "../tabs.tsx";
import { KeyActions } from "./key-actions.tsx";

/** The head of every page about one key, and what stands below it once the key has been read. */
export function KeyFrame({ children }: { children: (key: Key) => ReactNode }) {
  const { apiKeyId } = useParams({ strict: false }) as { apiKeyId: string };
  const { data: key, error } = useKey(apiKeyId);
  return (
    <>
      <p>
        <Link to="/keys">← API Keys</Link>
      </p>
      {key === undefined ? (
        error === null ? (
          <Reading />
        ) : (
          <Problem error={error} />
        )
      ) : (
        <>
          <PageHead
            title={
              <>
                <bdi>{key.name}</bdi> <StatusBadge status={key.status} />
              </>
            }
            actions={key.status === "revoked" ? null : <KeyActions apiKey={key} />}
          >
            {key.mode === "test"
              ? "A test key: the sandbox serves it, nobody is reached."
              : "A live key: it reaches people, at your carriers' price."}
          </PageHead>
          <Problem error={error} />
          {key.paused_itself != null && (
            <p role="alert" className="bad">
              {key.paused_itself.because}
            </p>
          )}
          <Tabs
            label="Of this key"
            tabs={[
              { to: `/keys/${apiKeyId}`, label: "Pool and settings" },
              { to: `/keys/${apiKeyId}/people`, label: "People" },
              { to: `/keys/${apiKeyId}/people/sticky`, label: "Sticky contacts" },
              { to: `/keys/${apiKeyId}/people/opt-outs`, label: "Opt-outs" },
              { to: `/keys/${apiKeyId}/campaigns`, label: "Campaigns" },
            ]}
          />
          {children(key)}
        </>
      )}
    </>
  );
}
