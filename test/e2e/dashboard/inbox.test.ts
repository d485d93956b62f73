import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../support/node/client.ts";
import { type Dashboard, looks, startDashboard } from "../../support/node/dashboard.ts";

let dashboard: Dashboard;
let keyId: string;
let number: string;

beforeAll(async () => {
  dashboard = await startDashboard();
  const keys = (await dashboard.admin("GET", "/api-keys")).body.api_keys as { api_key_id: string }[];
  keyId = String(keys[0]?.api_key_id);
  const pool = (await dashboard.admin("GET", `/api-keys/${keyId}/pool`)).body.numbers as { phone_number: string }[];
  number = String(pool[0]?.phone_number);
});
afterAll(() => dashboard?.stop());

async function write(from: string, text: string, more: Record<string, unknown> = {}): Promise<void> {
  expect((await dashboard.admin("POST", "/sandbox/inbound", { from, to: number, text, ...more })).status).toBe(200);
}

async function open(chat: string): Promise<void> {
  await dashboard.page.goto(`${dashboard.gateway.url}/app/inbox/${keyId}?chat=${encodeURIComponent(chat)}`);
  await dashboard.page.getByRole("region", { name: "Conversation", exact: true }).waitFor();
}

async function messagesOf(chat: string): Promise<{ text: string; direction: string }[]> {
  const path = `/api-keys/${keyId}/messages?contact=${encodeURIComponent(chat)}`;
  return (await dashboard.admin("GET", path)).body.messages as { text: string; direction: string }[];
}

describe("the inbox", () => {
  test("begins a conversation: says its parts and from where it would leave and why, and shows it delivered", async () => {
    const { page, complaints, goTo, findFaults } = dashboard;
    await goTo("Inbox");
    await page.getByText("No conversations yet").waitFor();
    expect(await findFaults("inbox empty")).toEqual([]);
    await page.getByRole("link", { name: "New conversation" }).click();
    await page.getByLabel("To", { exact: true }).fill("+1 (555) 300-0001");
    await page.getByLabel("Your message").fill("Hello there");
    await page.getByText("11 characters · 1 part · GSM-7").waitFor();
    await page.getByText("Will leave from").waitFor();
    await page.getByText("because first in the pool's order").waitFor();
    expect(await findFaults("inbox new")).toEqual([]);
    await page.getByLabel("Your message").press("Control+Enter");
    const bubble = page.getByRole("log").getByRole("article", { name: "You wrote" });
    await bubble.getByText("Hello there").waitFor();
    await bubble.getByText("delivered").waitFor();
    expect(new URL(page.url()).searchParams.get("chat")).toBe("+15553000001");
    expect(await page.getByLabel("Your message").inputValue()).toBe("");
    expect(complaints).toEqual([]);
  });

  test("counts what the short alphabet does not hold as it is charged", async () => {
    const { page } = dashboard;
    await open("+15553000001");
    await page.getByLabel("Your message").fill("x".repeat(161));
    await page.getByText("161 characters · 2 parts · GSM-7").waitFor();
    await page.getByLabel("Your message").fill(`ж${"x".repeat(70)}`);
    await page.getByText("71 characters · 2 parts · UCS-2").waitFor();
    await page.getByLabel("Your message").fill("");
  });

  test("answers as the other side: STOP is in force at once, is said before a send, and a refused draft stays", async () => {
    const { page, complaints, findFaults } = dashboard;
    await open("+15553000001");
    await page.getByLabel("Answer as the other side").check();
    await page.getByRole("button", { name: "STOP" }).click();
    await page.getByRole("log").getByRole("article", { name: "They wrote" }).getByText("STOP").waitFor();
    await page.getByLabel("Write as you").check();
    await page.getByText("It would not be sent.").waitFor();
    expect(await findFaults("inbox stop")).toEqual([]);
    await page.getByLabel("Your message").fill("Are you sure?");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("alert").getByText("recipient_opted_out").waitFor();
    expect(await page.getByLabel("Your message").inputValue()).toBe("Are you sure?");
    // The browser itself notes every refusal.
    expect(complaints.splice(0)).toEqual([expect.stringContaining("403 (Forbidden)")]);
    await page.getByLabel("Answer as the other side").check();
    await page.getByRole("button", { name: "START" }).click();
    await page.getByRole("log").getByRole("article", { name: "They wrote" }).getByText("START").waitFor();
    await page.getByLabel("Write as you").check();
    await page.getByText("Will leave from").waitFor();
  });

  test("keeps what was written to each person while others are read", async () => {
    const { page } = dashboard;
    await write("+15553000002", "Who are you?");
    await open("+15553000001");
    await page.getByLabel("Your message").fill("Not sent yet");
    await page.getByRole("region", { name: "Conversations" }).getByText("Who are you?").click();
    await expect.poll(() => page.getByLabel("Your message").inputValue()).toBe("");
    await page.getByRole("region", { name: "Conversations" }).getByText("+1 555 300 0001").click();
    await expect.poll(() => page.getByLabel("Your message").inputValue()).toBe("Not sent yet");
    const kept = await page.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href");
    expect(kept).not.toContain("Not sent yet");
  });

  test("forgets what was sent also where its conversation was left before the answer came", async () => {
    const { page } = dashboard;
    const path = /\/admin\/api\/api-keys\/[^/]+\/messages$/;
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(path, async (route) => {
      if (route.request().method() === "POST") await held;
      await route.continue();
    });
    await open("+15553000001");
    await page.getByLabel("Your message").fill("Sent while leaving");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const list = page.getByRole("region", { name: "Conversations" });
    await list.getByText("Who are you?").click();
    await expect.poll(() => page.url()).toContain("3000002");
    answer();
    await eventually(async () => (await messagesOf("+15553000001"))[0]?.text === "Sent while leaving");
    await list.getByText("You: Sent while leaving").click();
    await page.getByRole("log").getByText("Sent while leaving").waitFor();
    expect(await page.getByLabel("Your message").inputValue()).toBe("");
    await page.unroute(path);
  });

  test("sends once what is sent again after its answer was lost and its conversation was left", async () => {
    const { page, complaints } = dashboard;
    const path = /\/admin\/api\/api-keys\/[^/]+\/messages$/;
    await page.route(path, async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      await route.fetch();
      await route.abort("connectionreset");
    });
    await open("+15553000001");
    await page.getByLabel("Your message").fill("Once, whatever happens");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByRole("alert").waitFor();
    await page.unroute(path);
    const list = page.getByRole("region", { name: "Conversations" });
    await list.getByText("Who are you?").click();
    await expect.poll(() => page.getByLabel("Your message").inputValue()).toBe("");
    await list.getByText("+1 555 300 0001").click();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect.poll(() => page.getByLabel("Your message").inputValue()).toBe("");
    const sent = (await messagesOf("+15553000001")).filter(({ text }) => text === "Once, whatever happens");
    expect(sent).toHaveLength(1);
    complaints.splice(0);
  });

  test("shows a text in another direction, an emoji of seven code points and markup as they were written", async () => {
    const { page, complaints, findFaults } = dashboard;
    const name = "<img onerror>";
    await dashboard.admin("POST", `/api-keys/${keyId}/contacts`, { identifier: "+15553000003", name });
    const texts = ["مرحبا، أين طلبي؟", "👩‍👩‍👧‍👦", "<img src=x onerror=alert(1)>"];
    for (const text of texts) await write("+15553000003", text);
    await open("+15553000003");
    const log = page.getByRole("log");
    for (const text of texts) await log.getByText(text, { exact: true }).waitFor();
    const directions = await page.evaluate(
      "[...document.querySelectorAll('[role=log] article > p')].map((text) => getComputedStyle(text).direction)",
    );
    expect(directions).toEqual(["rtl", "ltr", "ltr"]);
    await page.getByRole("heading", { name }).waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await findFaults("inbox directions")).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("breaks a name without a blank instead of making the page scroll sideways", async () => {
    const { admin, findFaults, page } = dashboard;
    const name = "W".repeat(66);
    await write("+15553000007", "Who has such a name?");
    const naming = () => admin("PATCH", `/api-keys/${keyId}/contacts/%2B15553000007`, { name });
    await expect.poll(async () => (await naming()).status).toBe(200);
    await open("+15553000007");
    await page.getByRole("heading", { name }).waitFor();
    expect(await findFaults("inbox long name")).toEqual([]);
  });

  test("shows a picture that came in, from its own origin", async () => {
    const { page, complaints, findFaults } = dashboard;
    await write("+15553000004", "Look", { media: ["https://example.com/any.png"] });
    await open("+15553000004");
    const picture = page.getByRole("log").getByRole("img");
    await picture.waitFor();
    await expect.poll(() => page.evaluate("document.querySelector('[role=log] img').naturalWidth")).toBeGreaterThan(0);
    expect(await findFaults("inbox picture")).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("finds a conversation, and goes back in a long one", async () => {
    const { page } = dashboard;
    const texts = Array.from({ length: 60 }, (_, index) => `Line ${index}`);
    const later = { send_at: Date.now() + 3_600_000 };
    for (const half of [texts.slice(0, 30), texts.slice(30)]) {
      await dashboard.admin("POST", `/api-keys/${keyId}/messages`, { to: "+15553000005", text: half, ...later });
    }
    await page.goto(`${dashboard.gateway.url}/app/inbox/${keyId}`);
    await page.getByLabel("Find a conversation").fill("0005");
    await expect.poll(() => page.locator(".chat").count()).toBe(1);
    await page.locator(".chat").click();
    const log = page.getByRole("log");
    await log.getByText("Line 59", { exact: true }).waitFor();
    expect(await log.getByText("Line 0", { exact: true }).count()).toBe(0);
    await log.getByRole("button", { name: "Earlier messages" }).click();
    await log.getByText("Line 0", { exact: true }).waitFor();
    expect(await log.getByRole("article").count()).toBe(60);
  });

  test("shows on a phone the list, then the conversation, and leads back", async () => {
    const { page } = dashboard;
    await page.setViewportSize(looks.phone);
    await page.goto(`${dashboard.gateway.url}/app/inbox/${keyId}`);
    const list = page.getByRole("region", { name: "Conversations" });
    await list.getByText("Who are you?").click();
    await page.getByRole("log").getByText("Who are you?").waitFor();
    expect(await list.isVisible()).toBe(false);
    await page.getByLabel("Your message").fill("Trunkline");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await eventually(async () => (await messagesOf("+15553000002")).length === 2);
    await page.getByRole("link", { name: "← All conversations" }).click();
    await list.getByText("You: Trunkline").waitFor();
    await page.setViewportSize(looks.light);
  });
});
