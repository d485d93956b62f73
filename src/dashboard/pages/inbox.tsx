import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { ChatList } from "../parts/chat-list.tsx";
import { Conversation } from "../parts/conversation.tsx";
import { Empty } from "../parts/empty.tsx";
import { KeyPicker, OfKey } from "../parts/key-picker.tsx";
import { NewConversation } from "../parts/new-conversation.tsx";
import { PageHead } from "../parts/page-head.tsx";

/** A key's conversations beside one of them. On narrow screens one at a time. */
export function Inbox() {
  const { apiKeyId } = useParams({ strict: false }) as { apiKeyId?: string };
  const search: Record<string, unknown> = useSearch({ strict: false });
  const navigate = useNavigate();
  const chat = search.chat === undefined ? null : String(search.chat);
  const isNew = chat === null && search.new !== undefined;
  return (
    <OfKey asked={apiKeyId}>
      {(key, keys) => (
        <>
          <div className={chat === null && !isNew ? undefined : "inbox-head"}>
            <PageHead
              title="Inbox"
              actions={
                <>
                  <KeyPicker current={key} keys={keys} onPick={(id) => navigate({ to: `/inbox/${id}` })} />
                  {key.status !== "revoked" && (
                    <Link className="button" to={`/inbox/${key.api_key_id}`} search={{ new: true }}>
                      New conversation
                    </Link>
                  )}
                </>
              }
            >
              Conversations, and the numbers they go through.
            </PageHead>
          </div>
          <div className={chat !== null || isNew ? "inbox is-open" : "inbox"} key={key.api_key_id}>
            <ChatList apiKeyId={key.api_key_id} current={chat} />
            {chat !== null && <Conversation key={chat} of={key} chat={chat} />}
            {isNew && <NewConversation of={key} />}
            {chat === null && !isNew && (
              <Empty title="No conversation is open">
                <p>Choose one from the list, or begin a new one.</p>
              </Empty>
            )}
          </div>
        </>
      )}
    </OfKey>
  );
}
