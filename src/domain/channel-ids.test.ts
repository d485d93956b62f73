import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  channelId,
  contactId,
  conversationId,
  deliveryId,
  identityId,
  readChannelId,
  readContactId,
  readConversation,
  readDeliveryId,
} from "./channel-ids.ts";
import { hideNumericId, hidePeople } from "./discreet.ts";
import { poolTag, rowId } from "./ids.ts";

const phone = fc.stringMatching(/^\+[1-9]\d{0,14}$/);
const address = fc.oneof(
  phone,
  phone.map((number) => `whatsapp:${number}`),
  fc.stringMatching(/^[1-9]\d{2,5}$/),
  fc.stringMatching(/^rcs:[a-z0-9_]{1,40}$/),
  fc.stringMatching(/^grp_[A-Za-z0-9]{1,60}$/),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }).filter((text) => text.isWellFormed()),
);

describe("ids that carry an address", () => {
  it("give it back, alone and two together, whatever network it is of", () => {
    fc.assert(
      fc.property(address, address, (number, person) => {
        expect(readChannelId(channelId(number))).toBe(number);
        expect(readContactId(contactId(person))).toBe(person);
        expect(readConversation(conversationId({ number, person }))).toEqual({ number, person });
        expect(readConversation(channelId(number))).toBeNull();
        expect(readChannelId(`ch_${conversationId({ number, person }).slice("chat_".length)}`)).toBeNull();
      }),
    );
  });

  it("are the same for ever: what a client has stored must not change", () => {
    expect(channelId("+15551234567")).toBe("ch_p000efet0g7");
    expect(channelId("whatsapp:+15551234567")).toBe("ch_w000efet0g7");
    expect(channelId("rcs:acme_agent")).toBe("ch_x0ee9hq6ek1cdppaqv1cxjpwx0");
    expect(conversationId({ number: "+15551234567", person: "+447911123456" })).toMatch(
      /^chat_p000efet0g7p[0-9a-z]{10}$/,
    );
    expect(identityId("whatsapp_business", "whatsapp:+15551234567")).toBe("cid_ww000efet0g7");
  });

  it("have one spelling each: an id that does not read back to itself is unknown", () => {
    fc.assert(
      fc.property(
        address,
        fc.nat(),
        fc.constantFrom(..."0123456789abcdefghjkmnpqrstvwxyzilouA "),
        (number, place, letter) => {
          const id = channelId(number);
          const at = 3 + (place % (id.length - 3));
          const changed = id.slice(0, at) + letter + id.slice(at + 1);
          const read = readChannelId(changed);
          if (read !== null) expect(channelId(read)).toBe(changed);
        },
      ),
    );
    for (const id of [
      "ch_",
      "ch_p",
      "ch_p000efh87y",
      "ch_p000efet0g77",
      "ch_p0000000000",
      "ch_x00",
      "chat_p000efet0g7",
      "",
    ]) {
      expect([id, readChannelId(id), readConversation(id)]).toEqual([id, null, null]);
    }
  });

  it("of a delivery name an event and a webhook, which its attempts share", () => {
    const event = rowId("evt", 1_234_567, poolTag("key_AbCdEfGh12345678"));
    expect(readDeliveryId(deliveryId(event, "wh_0123456789abcdef"))).toEqual({
      eventId: event,
      webhookId: "wh_0123456789abcdef",
    });
    for (const junk of ["wdel_", "wdel_abc", event]) expect(readDeliveryId(junk)).toBeNull();
  });

  it("are hidden where a log could have them, for they name a person", () => {
    fc.assert(
      fc.property(address, address, (number, person) => {
        for (const id of [
          channelId(number),
          contactId(person),
          identityId("twilio", person),
          conversationId({ number, person }),
        ]) {
          const bare = id.replace(/^[a-z]+_/, "");
          expect(hidePeople(`Failed for ${id}: no`)).not.toContain(bare);
          expect(hideNumericId(`req_${id}`)).not.toContain(bare);
        }
      }),
    );
  });
});
