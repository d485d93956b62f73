import { expect, it } from "vitest";
import { eventually } from "../../../support/workers/gateway.ts";
import { stageLine } from "../../../support/workers/line-stage.ts";
import { ringIn, sendFrom, v2 } from "../../../support/workers/mac.ts";

const person = "ada@example.com";
const picture = "https://files.example/pictures/sunset.png";
const stage = stageLine();
const { told } = stage;

function lay(url: string, bytes: Uint8Array<ArrayBuffer>, type = "image/png"): void {
  stage.world.files.set(url, { type, bytes });
}

async function end(event: string) {
  return eventually(async () => {
    await ringIn(stage.key, 2_000);
    return told(event)[0];
  });
}

it("a person with an e-mail address is written to as any other, and their chat is that address", async () => {
  expect(await sendFrom(stage.key, "Ada@Example.com")).toMatchObject({ status: 202 });
  expect(await end("message.sent")).toMatchObject({ external_id: person, protocol: "imessage" });
  expect(stage.mac.reached()).toMatchObject([{ to: person, text: "Hello" }]);
  expect((await v2(stage.key, `/chats/${encodeURIComponent(person)}`)).body).toMatchObject({
    id: person,
    type: "email",
  });
});

it("words and files are one message on the Mac, with the files' own bytes; a file alone is one too", async () => {
  await stage.receive({ from: person, text: "Show me" });
  lay(picture, new Uint8Array([1, 2, 3, 4]));
  lay("https://files.example/b.pdf", new Uint8Array([5, 6]), "application/pdf");
  await sendFrom(stage.key, person, { text: "Look", attachments: [picture, { url: "https://files.example/b.pdf" }] });
  await end("message.sent");
  const row = stage.mac.db.messages.at(-1);
  expect(row?.files.map(({ name, type, bytes }) => [name, type, [...bytes]])).toEqual([
    ["sunset.png", "image/png", [1, 2, 3, 4]],
    ["b.pdf", "application/pdf", [5, 6]],
  ]);
  await sendFrom(stage.key, person, { attachments: [picture] });
  await eventually(async () => {
    await ringIn(stage.key, 2_000);
    return stage.mac.reached().length === 2;
  });
  expect(stage.mac.reached()).toMatchObject([
    { text: "Look", files: ["sunset.png", "b.pdf"] },
    { text: "", files: ["sunset.png"] },
  ]);
});

it.each([["http://files.example/a.png"], ["https://192.168.0.7/a.png"], ["https://localhost/a.png"]])(
  "a file at %s is refused as it comes, as an attachment and as a part",
  async (url) => {
    for (const body of [
      { attachments: [url] },
      { text: "Look", attachments: [{ url }] },
      { parts: [{ text: "Look" }, { url }] },
    ]) {
      expect(await sendFrom(stage.key, person, body)).toMatchObject({
        status: 400,
        body: { code: "invalid_attachment" },
      });
    }
  },
);

it("a file that leads to a private address, is too large, or is not there, fails its message by name, and nothing reaches anybody", async () => {
  await stage.receive({ from: person, text: "Show me" });
  const answers: [string, () => Response, string][] = [
    ["https://files.example/inside", () => Response.redirect("https://10.0.0.1/secret", 302), "attachment_unreachable"],
    [
      "https://files.example/huge",
      () => new Response("x", { headers: { "content-length": String(101 * 1024 * 1024) } }),
      "attachment_too_large",
    ],
    ["https://files.example/gone", () => new Response("no", { status: 404 }), "attachment_unreachable"],
  ];
  for (const [index, [url, response, code]] of answers.entries()) {
    stage.world.answers.set(url, response);
    await sendFrom(stage.key, person, { text: "Look", attachments: [url] });
    const failed = await eventually(async () => {
      await ringIn(stage.key, 2_000);
      return told("message.failed")[index];
    });
    expect(failed).toMatchObject({ error_code: code });
  }
  expect(stage.mac.reached()).toEqual([]);
});

it("a file does not begin a conversation", async () => {
  lay(picture, new Uint8Array([1]));
  const sent = await sendFrom(stage.key, person, { attachments: [picture] });
  expect(sent).toMatchObject({ status: 400, body: { code: "attachment_first_message_not_allowed" } });
  expect((await v2(stage.key, "/chats")).body.chats).toEqual([]);
});
