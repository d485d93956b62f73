import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { migrate } from "../../../../src/pool/tables.ts";
import ledgerBefore from "../../../fixtures/ledger-0.1.0.sql?raw";
import type { FakeAccount } from "../../../support/node/fake-twilio-account.ts";
import { admin, call, eventually } from "../../../support/workers/gateway.ts";
import {
  acceptedBy,
  assignTo,
  freshNumber,
  type LiveKey,
  makeLiveKey,
  standInForTheOutside,
} from "../../../support/workers/twilio.ts";

/** What WhatsApp reports, and what people write. */
const twins: [string, string, string, string][] = [
  ["Mexico", "whatsapp:+5215512345678", "whatsapp:+525512345678", "whatsapp:+525512345678"],
  ["Brazil", "whatsapp:+553187654321", "whatsapp:+5531987654321", "whatsapp:+5531987654321"],
  ["Argentina", "whatsapp:+5491123456789", "whatsapp:+541123456789", "whatsapp:+5491123456789"],
];

let twilio: FakeAccount;
let key: LiveKey;
let sender: string;

beforeEach(async () => {
  sender = `whatsapp:${freshNumber()}`;
  twilio = standInForTheOutside().open({ numbers: [freshNumber(), sender] });
  key = await makeLiveKey(twilio, { numbers: [] });
  await admin(`/integrations/twilio/${key.integrationId}/senders`, { body: { address: sender } });
  await assignTo(key.id, sender);
});

const chat = (address: string) => `/v2/api/chats/${encodeURIComponent(address)}`;

function send(to: string, text = "Hello") {
  return call(`${chat(to)}/messages`, { body: { text }, token: key.token });
}

async function hear(from: string, text: string) {
  const url = `${env.PUBLIC_URL}/twilio/${key.integrationId}/inbound`;
  const [answer] = await twilio.sendInbound({ from, to: sender, text, url });
  expect(answer?.status).toBe(200);
}

describe.each(twins)("a person of %s whom WhatsApp and people write differently", (_, reported, written, known) => {
  it("has one chat, one window and one contact, and is written to as the network gave them", async () => {
    await hear(reported, "Hi");
    const sent = await send(written);
    expect(sent.status).toBe(202);
    await eventually(async () => acceptedBy(twilio).length === 1);
    expect(acceptedBy(twilio)[0]).toMatchObject({ to: reported, from: sender });
    const chats = await call("/v2/api/chats", { token: key.token });
    expect(chats.body).toMatchObject({ chats: [{ id: known, message_count: 2 }], pagination: { total: 1 } });
    for (const address of [reported, written]) {
      expect((await call(chat(address), { token: key.token })).body).toMatchObject({ id: known, inbound_count: 1 });
      expect((await call(`/v2/api/contacts/${encodeURIComponent(address)}`, { token: key.token })).status).toBe(200);
    }
  });

  it("is reached by STOP from either writing, and by START", async () => {
    await hear(reported, "Hi");
    await hear(reported, "STOP");
    for (const address of [reported, written]) {
      expect((await send(address)).body).toMatchObject({ code: "recipient_opted_out", external_id: known });
    }
    await hear(written, "START");
    expect((await send(reported)).status).toBe(202);
    const path = `/api-keys/${key.id}/opt-outs`;
    expect((await admin(path, { body: { contact: written } })).body).toMatchObject({ contact: known });
    expect((await send(reported)).body.code).toBe("recipient_opted_out");
  });

  it("keeps what a message of theirs comes to, whichever writing the callback has", async () => {
    await hear(reported, "Hi");
    const sent = await send(written);
    await eventually(async () => acceptedBy(twilio).length === 1);
    await twilio.sendStatus(acceptedBy(twilio)[0]?.sid ?? "", "delivered");
    const read = await call(`${chat(reported)}/messages/${sent.body.message_id}`, { token: key.token });
    expect(read.body).toMatchObject({ status: "delivered", chat_id: known });
  });
});

describe("before they ever wrote", () => {
  it("a person is written to as the caller wrote them", async () => {
    await call(`${chat("whatsapp:+5215587654321")}/messages`, {
      body: { content_sid: `HX${"a".repeat(32)}` },
      token: key.token,
    });
    await eventually(async () => acceptedBy(twilio).length === 1);
    expect(acceptedBy(twilio)[0]?.to).toBe("whatsapp:+5215587654321");
  });
});

describe("a WhatsApp user who hides the number", () => {
  it("is answered under the id with which they wrote", async () => {
    const hidden = "whatsapp:US.13491208655302741918";
    await hear(hidden, "Guess who");
    expect((await send(hidden, "I cannot")).status).toBe(202);
    await eventually(async () => acceptedBy(twilio).length === 1);
    expect(acceptedBy(twilio)[0]).toMatchObject({ to: hidden, from: sender });
    await hear(hidden, "STOP");
    expect((await send(hidden)).body.code).toBe("recipient_opted_out");
  });
});

describe("a pool from before", () => {
  it("joins the two chats of one person: counts, window, tags and the stricter opt-out", async () => {
    const [reported, written] = ["whatsapp:+5215500000001", "whatsapp:+525500000001"];
    const rows = await runInDurableObject(env.POOLS.getByName("a pool from before"), (_pool, { storage }) => {
      const { sql } = storage;
      sql.exec(ledgerBefore);
      const insert =
        "INSERT INTO chats (id, contact_id, created_at, inbound, outbound, first_at, last_at, last_seq, last_inbound_at, opted_out_at, opted_out_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
      sql.exec(insert, reported, "con_a", 5, 2, 0, 5, 50, 500, 50, 60, "keyword");
      sql.exec(insert, written, "con_b", 10, 0, 3, 10, 40, 400, null, null, null);
      sql.exec("INSERT INTO heard VALUES ('whatsapp:+14155559000', ?, 50)", reported);
      sql.exec("INSERT INTO tags VALUES (?, 'vip', 1)", reported);
      sql.exec(
        "INSERT INTO messages (seq, chat, direction, number, channel, account, status, created_at, detail) VALUES (500, ?, 'inbound', 'whatsapp:+14155559000', 'whatsapp', 'a', 'received', 50, '{}')",
        reported,
      );
      migrate(storage);
      migrate(storage);
      const ask = (query: string) => sql.exec(query).toArray();
      return {
        chats: ask("SELECT * FROM chats"),
        contacts: ask("SELECT contact FROM heard UNION SELECT contact FROM tags"),
        messages: ask("SELECT chat, detail FROM messages"),
      };
    });
    expect(rows.chats).toMatchObject([
      {
        ...{ id: written, contact_id: "con_b", created_at: 5, inbound: 2, outbound: 3, first_at: 5, last_at: 50 },
        ...{ last_seq: 500, last_inbound_at: 50, opted_out_at: 60, opted_out_by: "keyword", address: reported },
      },
    ]);
    expect(rows.contacts).toEqual([{ contact: written }]);
    expect(rows.messages).toEqual([{ chat: written, detail: JSON.stringify({ to: reported }) }]);
  });
});
