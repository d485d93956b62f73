import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Empty } from "../parts/empty.tsx";
import { Switch } from "../parts/field.tsx";
import { FoundMessages } from "../parts/found-messages.tsx";
import { type Key, KeyPicker, OfKey } from "../parts/key-picker.tsx";
import { MessageFilters } from "../parts/message-filters.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { Pager } from "../parts/pager.tsx";
import { Problem } from "../parts/problem.tsx";
import { Reading } from "../parts/reading.tsx";
import { SendForm } from "../parts/send-form.tsx";
import { type Filters, readFilters } from "../queries/message-filters.ts";
import { useMessages, useOlderMessages } from "../queries/messages.ts";

const day = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" });

/** A key's messages, newest first. What is looked for stands in the address, so that it can be shared and gone back to. */
export function Messages() {
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const filters = readFilters(search);
  const isLive = search.live !== "off";
  const asked = typeof search.key === "string" ? search.key : undefined;
  return (
    <OfKey asked={asked}>
      {(key, keys) => {
        const go = (next: { key?: string; filters?: Filters; live?: boolean }) =>
          navigate({
            to: "/messages",
            search: {
              key: next.key ?? key.api_key_id,
              ...(next.filters ?? filters),
              ...((next.live ?? isLive) ? {} : { live: "off" }),
            },
          });
        return (
          <>
            <PageHead
              title="Messages"
              actions={
                <>
                  <Switch label="Live" checked={isLive} onChange={(live) => go({ live })} />
                  <KeyPicker current={key} keys={keys} onPick={(id) => go({ key: id })} />
                </>
              }
            >
              Everything that a key sent and received, with what became of it.
            </PageHead>
            <MessageFilters apiKeyId={key.api_key_id} filters={filters} onChange={(next) => go({ filters: next })} />
            <Found key={key.api_key_id} of={key} filters={filters} isLive={isLive} />
          </>
        );
      }}
    </OfKey>
  );
}

function Found({ of: key, filters, isLive }: { of: Key; filters: Filters; isLive: boolean }) {
  const { data, error } = useMessages(key.api_key_id, filters, isLive);
  const older = useOlderMessages(key.api_key_id, filters);
  const isFiltered = Object.keys(filters).length > 0;
  if (data === undefined) return error === null ? <Reading /> : <Problem error={error} />;
  const { messages, nextBefore, searchedUntil } = data;
  const isNew = messages.length === 0 && nextBefore === null && !isFiltered;
  return (
    <>
      <Problem error={error ?? older.error} />
      {key.status !== "revoked" && (
        <details className="card" open={isNew}>
          <summary>Send a message</summary>
          <SendForm apiKeyId={key.api_key_id} isTest={key.mode === "test"} />
        </details>
      )}
      {messages.length > 0 && <FoundMessages apiKeyId={key.api_key_id} messages={messages} />}
      {messages.length === 0 && nextBefore === null && <Nothing isFiltered={isFiltered} apiKeyId={key.api_key_id} />}
      <Pager
        hasMore={nextBefore !== null}
        isBusy={older.isPending}
        onMore={older.mutate}
        more={isFiltered ? "Go on searching" : "Older messages"}
      >
        {isFiltered && searchedUntil !== null && `Searched down to ${day.format(searchedUntil)}.`}
      </Pager>
    </>
  );
}

function Nothing({ isFiltered, apiKeyId }: { isFiltered: boolean; apiKeyId: string }) {
  if (!isFiltered) {
    return (
      <Empty title="No messages yet">
        <p>Every message of this key is listed here with what became of it. Send the first one above.</p>
      </Empty>
    );
  }
  return (
    <Empty title="Nothing matches">
      <p>All messages of this key were looked at, and none is like that.</p>
      <Link className="button second" to="/messages" search={{ key: apiKeyId }}>
        Show all messages
      </Link>
    </Empty>
  );
}
