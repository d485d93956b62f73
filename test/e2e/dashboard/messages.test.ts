import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../support/node/client.ts";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { type Sink, startSink } from "../../support/node/sink.ts";

let dashboard: Dashboard;
let receiver: Sink;
let keyId: string;

type Message = { message_id: string; chat_id: string; status: string | null };

beforeAll(async () => {
  receiver = await startSink();
  dashboard = await startDashboard({ env: { ALLOW_LOCAL_WEBHOOKS: "1" } });
  const keys = (await dashboard.admin("GET", "/api-keys")).body.api_keys as { api_key_id: string }[];
  keyId = String(keys[0]?.api_key_id);
  await dashboard.admin("POST", "/webhooks", { webhook_url: `${receiver.url}/hook`, webhook_type: "all" });
});
afterAll(async () => {
  await dashboard?.stop();
  await receiver?.stop();
});

async function send(to: string, text: string, more: Record<string, unknown> = {}): Promise<string> {
  const sent = await dashboard.admin("POST", `/api-keys/${keyId}/messages`, { to, text, ...more });
  expect(sent.status).toBe(202);
  return String(sent.body.message_id);
}

async function read(id: string): Promise<Message> {
  return (await dashboard.admin("GET", `/api-keys/${keyId}/messages/${id}`)).body as Message;
}

async function open(path: string): Promise<void> {
  await dashboard.page.goto(`${dashboard.gateway.url}/app${path}`);
}

/** The texts that the list shows, newest first. */
function listed(): Promise<string[]> {
  return dashboard.page.locator("tbody .excerpt").allInnerTexts();
}

describe("the list of messages", () => {
  test("appears by itself, with each state as it changes, while it is live, and stands still while it is not", async () => {
    const { page } = dashboard;
    await open("/messages");
    await page.getByRole("heading", { name: "No messages yet" }).waitFor();
    await send("+15552000001", "Came by itself");
    const row = page.getByRole("row", { name: "Came by itself" });
    await row.getByText("delivered").waitFor();
    await page.getByRole("switch", { name: "Live" }).click();
    await expect.poll(() => page.url()).toContain("live=off");
    const later = await send("+15552000001", "Came while it stood still");
    await eventually(async () => (await read(later)).status === "delivered");
    await page.getByRole("button", { name: "Search" }).click();
    expect(await listed()).toEqual(["Came by itself"]);
    await page.getByRole("switch", { name: "Live" }).click();
    await page.getByRole("row", { name: "Came while it stood still" }).getByText("delivered").waitFor();
  });

  test("is narrowed by what its address says, which can be shared and gone back to", async () => {
    const { page, complaints, findFaults } = dashboard;
    const failed = await send("+15005553003", "Nobody answers");
    await eventually(async () => (await read(failed)).status === "failed");
    await open("/messages");
    await page.getByLabel("Status").selectOption("failed");
    await expect.poll(listed).toEqual(["Nobody answers"]);
    await page.getByText("By number, contact and time").click();
    await page.getByLabel("Contact").fill("+15552000001");
    await page.getByLabel("Contact").press("Enter");
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    expect(await findFaults("messages nothing")).toEqual([]);
    expect(new URL(page.url()).searchParams.get("status")).toBe("failed");
    expect(new URL(page.url()).searchParams.get("contact")).toBe("+15552000001");
    await page.goBack();
    await expect.poll(listed).toEqual(["Nobody answers"]);
    expect(await page.getByLabel("Status").inputValue()).toBe("failed");
    await page.goBack();
    await expect.poll(async () => (await listed()).length).toBeGreaterThan(1);

    const stranger = await dashboard.context.newPage();
    await stranger.goto(`${dashboard.gateway.url}/app/messages?key=${keyId}&q=stood+still&direction=outbound`);
    await stranger.getByRole("row", { name: "Came while it stood still" }).waitFor();
    expect(await stranger.locator("tbody tr").count()).toBe(1);
    expect(await stranger.getByLabel("Text or id").inputValue()).toBe("stood still");
    await stranger.close();
    expect(await findFaults("messages")).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("is narrowed by time in the reader's own clock, and finds a message by its id", async () => {
    const { page } = dashboard;
    const id = await send("+15552000002", "Found by its id");
    await open("/messages");
    await page.getByText("By number, contact and time").click();
    await page.getByLabel("Until").fill("2020-01-01T00:00");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("heading", { name: "Nothing matches" }).waitFor();
    await page.getByRole("button", { name: "Clear all filters" }).click();
    await page.getByLabel("Text or id").fill(id);
    await page.getByLabel("Text or id").press("Enter");
    await expect.poll(listed).toEqual(["Found by its id"]);
  });
});

describe("one message", () => {
  test("that arrived shows its whole way, why its number spoke, and each attempt to tell a webhook", async () => {
    const { page, complaints, findFaults } = dashboard;
    const id = await send("+15552000003", "From here to there", { metadata: { order: 17 } });
    await open(`/messages/${keyId}/${id}`);
    await page.getByText("Delivered to the recipient's phone.").waitFor();
    const attempts = page.getByRole("listitem").filter({ hasText: "answered 200" });
    await expect.poll(() => attempts.count(), { timeout: 20_000 }).toBeGreaterThan(1);
    await page.getByText("The pool takes the first number that can.").waitFor();
    await page.getByText("chosen", { exact: true }).waitFor();
    await page.getByText("Your metadata").click();
    await page.getByText('"order": 17').waitFor();
    expect(await findFaults("message delivered")).toEqual([]);
    await page.getByRole("link", { name: "Conversation" }).click();
    await page.getByRole("log").getByText("From here to there").waitFor();
    expect(complaints).toEqual([]);
  });

  test("that failed says what the code means and whether to send again", async () => {
    const { page, findFaults } = dashboard;
    const id = await send("+15005553005", "To a handset that is not known");
    await open(`/messages/${keyId}/${id}`);
    const error = page.getByRole("region", { name: "What the error means" });
    await error.getByText("Send again?").waitFor();
    await error.getByText("30005").waitFor();
    expect(await findFaults("message failed")).toEqual([]);
  });

  test("that waits says for what and until when, and is cancelled after a question", async () => {
    const { page, findFaults } = dashboard;
    const id = await send("+15552000004", "Tomorrow", { send_at: Date.now() + 86_400_000 });
    await open(`/messages/${keyId}/${id}`);
    await page.getByRole("region", { name: "What happens next" }).getByText("It is scheduled for").waitFor();
    expect(await findFaults("message scheduled")).toEqual([]);
    await page.getByRole("button", { name: "Cancel the message" }).click();
    const question = page.getByRole("dialog");
    await question.getByText("It does not come back.").waitFor();
    expect(await findFaults("message cancel")).toEqual([]);
    await question.getByRole("button", { name: "Cancel the message" }).click();
    await page.getByText("Cancelled before it left.").waitFor();
    await question.waitFor({ state: "hidden" });
    expect((await read(id)).status).toBe("cancelled");
    expect(await page.getByRole("button", { name: "Cancel the message" }).count()).toBe(0);
  });

  test("whose outcome is unknown says that it is being found out, and is not offered to be cancelled", async () => {
    const { page } = dashboard;
    const id = await send("+15005555002", "Did it leave?");
    await open(`/messages/${keyId}/${id}`);
    const next = page.getByRole("region", { name: "What happens next" });
    await next.getByText("whether it took the message is being found out").waitFor();
    expect(await page.getByRole("button", { name: "Cancel the message" }).count()).toBe(0);
  });

  test("that there is not is said to be missing, with the way back", async () => {
    const { page, complaints } = dashboard;
    await open(`/messages/${keyId}/msg_nothing`);
    await page.getByRole("alert").getByText("Message not found.").waitFor();
    await page.getByRole("link", { name: "← Messages" }).click();
    await page.getByRole("table").waitFor();
    complaints.splice(0);
  });
});
