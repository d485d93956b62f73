import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Dashboard, startDashboard } from "../../support/node/dashboard.ts";
import { type RunningMac, startFakeMac } from "../../support/node/fake-bluebubbles.ts";

const line = "+12125550177";
const help = "help@example.com";
const person = "+14155550123";
let running: RunningMac;
let dashboard: Dashboard;

beforeAll(async () => {
  running = await startFakeMac({ password: "a long password", aliases: [line, help], macos: "26.1" });
  dashboard = await startDashboard({ env: { ALLOW_LOCAL_WEBHOOKS: "1" } });
});
afterAll(async () => {
  await dashboard?.stop();
  await running?.stop();
});

const openForm = async () => {
  await dashboard.goTo("Integrations");
  await dashboard.page.getByRole("link", { name: "Add a Mac" }).click();
  await dashboard.page.getByRole("heading", { name: "Connect a Mac", level: 1 }).waitFor();
};

describe("a Mac in the dashboard", () => {
  test("that does not answer, or refuses the password, is said in words with what to do, and nothing is kept", async () => {
    const { page, admin, findFaults } = dashboard;
    await openForm();
    expect(await findFaults("connect a mac")).toEqual([]);
    await page.getByLabel("Server address").fill("http://127.0.0.1:9");
    await page.getByLabel("Server password").fill("wrong");
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByRole("alert").getByText("The Mac's server does not answer").waitFor();
    await page.getByText("Open the address in a browser").waitFor();
    await page.getByLabel("Server address").fill(running.url);
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByRole("alert").getByText("The Mac's server refuses the password.").waitFor();
    await page.getByText("Copy the password again").waitFor();
    expect(await findFaults("mac refused")).toEqual([]);
    expect((await admin("GET", "/integrations/bluebubbles")).body).toMatchObject({ integrations: [] });
  });

  test("is connected, and shows what its lines can do and how to get what they cannot", async () => {
    const { page, findFaults } = dashboard;
    await page.getByLabel("Server password").fill(running.password);
    await page.getByLabel("Name (optional)").fill("Studio Mac");
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByRole("heading", { name: "Studio Mac", level: 1 }).waitFor();
    await page.getByText("not encrypted").waitFor();
    const ability = (name: string) => page.getByRole("row", { name });
    await ability("Reactions (six tapbacks)").getByText("yes", { exact: true }).waitFor();
    await ability("Replies to a message").getByText("no", { exact: true }).waitFor();
    await ability("Replies to a message").getByText("on macOS 26 they crash Messages").waitFor();
    await ability("SMS by your iPhone").getByText("Text Message Forwarding").waitFor();
    await ability("FaceTime links").getByText("not known yet").waitFor();
    await page.getByRole("button", { name: "Test the connection" }).click();
    await page.getByRole("row", { name: "It rings here works" }).waitFor();
    expect(await findFaults("one mac")).toEqual([]);
  });

  test("gives lines: the first starts conversations, the other answers only; their caps are shown and changed", async () => {
    const { page, admin, findFaults } = dashboard;
    const made = await admin("POST", "/api-keys", { name: "Concierge" });
    await page.reload();
    const form = page.locator("form", { has: page.getByRole("heading", { name: "Register a line" }) });
    await form.getByLabel("Address").selectOption(line);
    await form.getByLabel("API key").selectOption({ label: "Concierge (live)" });
    await form.getByRole("button", { name: "Register" }).click();
    const lines = page.getByRole("row", { name: "+1 212" });
    await lines.getByText("dedicated").waitFor();
    await lines.getByText("15 new people an hour").waitFor();
    await form.getByRole("button", { name: "Register" }).click();
    await page.getByRole("row", { name: help }).getByText("answers only").waitFor();
    expect(await form.count()).toBe(0);
    await page.getByRole("button", { name: `Change ${line}` }).click();
    await page.getByLabel("New people an hour").fill("7");
    await page.getByLabel("Unanswered messages to one person").fill("");
    expect(await findFaults("line settings")).toEqual([]);
    await page.getByRole("button", { name: "Save", exact: true }).first().click();
    await lines.getByText("7 new people an hour").waitFor();
    await lines.getByText("any number unanswered").waitFor();
    const { body } = await admin("GET", `/numbers?api_key_id=${made.body.api_key_id}`);
    expect(body.numbers).toMatchObject([
      { phone_number: line, type: "dedicated", caps: { new_contacts_per_hour: 7, unanswered: null } },
      { phone_number: help, type: "inbound" },
    ]);
  });

  test("says when each line was last heard, in the inbox a conversation by iMessage, and in the doctor how it fares", async () => {
    const { page, goTo, findFaults } = dashboard;
    running.mac.receive({ from: person, text: "Is anybody there?" });
    await goTo("Inbox");
    await page.getByLabel("API key").selectOption({ label: "Concierge (live)" });
    await page.getByRole("link", { name: "Is anybody there?" }).click();
    await page.getByRole("log").getByText("Is anybody there?").waitFor();
    await page.getByRole("log").getByText("iMessage").waitFor();
    await page.getByLabel("Your message").fill("Yes, I am");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await expect.poll(() => running.mac.reached().length, { timeout: 20_000 }).toBe(1);
    expect(running.mac.reached()[0]).toMatchObject({ to: person, text: "Yes, I am" });
    expect(await findFaults("line conversation")).toEqual([]);
    await goTo("Integrations");
    await page.getByText("2 lines, last heard").waitFor();
    expect(await findFaults("integrations with a mac")).toEqual([]);
    await page.getByRole("link", { name: "Studio Mac" }).click();
    await page.getByRole("row", { name: "+1 212" }).getByText("never").waitFor({ state: "hidden" });
    await goTo("Doctor");
    await page.getByRole("row", { name: "Studio Mac" }).getByText("The Mac answers").waitFor();
  });

  test("names a group in the inbox, says who of it wrote, and names the tab by what is open", async () => {
    const { page, goTo, findFaults } = dashboard;
    const group = [person, "+14155550124"];
    running.mac.receive({ from: person, text: "To all of you", group });
    await goTo("Inbox");
    expect(await page.title()).toBe("Inbox · Trunkline");
    await page.getByLabel("API key").selectOption({ label: "Concierge (live)" });
    await page.getByRole("link", { name: "Group of 2" }).click();
    await page.getByRole("heading", { name: "Group of 2", level: 2 }).waitFor();
    const said = page.getByRole("log").getByRole("article", { name: "+1 415 555 0123 wrote" });
    await said.getByText("To all of you").waitFor();
    await said.getByText("+1 415 555 0123").waitFor();
    running.mac.receive({ from: person, group, more: { itemType: 2, groupTitle: "Team" } });
    await page.getByRole("heading", { name: "Team", level: 2 }).waitFor();
    await page.getByRole("link", { name: "Team" }).waitFor();
    expect(await findFaults("group conversation")).toEqual([]);
    await page.goto(`${dashboard.gateway.url}/app/nowhere`);
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
    expect(await page.title()).toBe("There is no such page · Trunkline");
    await page.goBack();
    await page.getByRole("heading", { name: "Team", level: 2 }).waitFor();
    expect(await page.title()).toBe("Inbox · Trunkline");
  });

  test("changes its password only where the new one works, and goes with its lines", async () => {
    const { page, goTo, admin, complaints } = dashboard;
    await goTo("Integrations");
    await page.getByRole("link", { name: "Studio Mac" }).click();
    await page.getByLabel("Server password").fill("not this one");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").getByText("refuses the password").waitFor();
    await page.getByRole("button", { name: "Disconnect" }).click();
    await page.getByLabel("Studio Mac").last().fill("Studio Mac");
    await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
    await page.getByText("The Mac is disconnected.").waitFor();
    await page.getByRole("heading", { name: "Integrations", level: 1 }).waitFor();
    expect(running.mac.hooks).toEqual([]);
    expect((await admin("GET", "/integrations/bluebubbles")).body).toMatchObject({ integrations: [] });
    // The browser itself notes the answers that refused.
    expect(complaints.filter((one) => !/status of 422/.test(one))).toEqual([]);
  });

  test("can be tried without one: the sandbox's is filled in, and a person who wrote by SMS too is shown as one in the inbox", async () => {
    const { page, findFaults, goTo, admin } = dashboard;
    await openForm();
    await page.getByRole("button", { name: "Try it without a Mac" }).click();
    await page.getByRole("button", { name: "Connect" }).click();
    await page.getByText("This Mac exists only inside the gateway").waitFor();
    await page.getByRole("button", { name: "Register" }).click();
    await page.getByRole("row", { name: "+1 500 555" }).getByText("dedicated").waitFor();
    expect(await findFaults("sandbox mac")).toEqual([]);
    const { numbers } = (await admin("GET", "/numbers")).body as {
      numbers: { phone_number: string; channel: string }[];
    };
    const own = numbers.find(({ channel }) => channel === "imessage")?.phone_number ?? "";
    const text = numbers.find(({ channel }) => channel === "sms")?.phone_number ?? "";
    const made = await admin("POST", "/api-keys", { name: "iMessage trial", mode: "test" });
    await admin("PATCH", `/numbers/${encodeURIComponent(own)}`, { api_key_id: made.body.api_key_id });
    for (const [to, said] of [
      [text, "YES"],
      [own, "Hi, I saw your text"],
    ]) {
      await admin("POST", "/sandbox/inbound", { from: person, to, text: said });
    }
    await goTo("Inbox");
    await page.getByLabel("API key").selectOption({ label: "iMessage trial (test)" });
    await page.getByRole("link", { name: "Hi, I saw your text" }).click();
    const log = page.getByRole("log");
    await log.getByText("Hi, I saw your text").waitFor();
    const other = log.getByRole("article").filter({ hasText: "YES" });
    await other.getByText("SMS").waitFor();
    expect(await findFaults("hybrid conversation")).toEqual([]);
    await other.getByRole("link").last().click();
    await log.getByRole("article").filter({ hasText: "Hi, I saw your text" }).getByText("iMessage trial").waitFor();
    await goTo("Numbers");
    await page.getByRole("row", { name: "Sandbox Mac" }).getByText("· imessage").waitFor();
    expect(await findFaults("numbers with a line")).toEqual([]);
  });

  test("its key says how long a line that is offline is waited for, and that twice is better than not at all; a key of texts asks neither", async () => {
    const { page, goTo, admin } = dashboard;
    await goTo("API Keys");
    await page.getByRole("main").getByRole("link", { name: "iMessage trial" }).click();
    const waits = page.getByLabel("Wait for offline lines");
    expect(await waits.inputValue()).toBe("1");
    await waits.fill("8");
    await page.getByText("From one minute to seven days.").waitFor();
    await page.getByLabel("Unit").last().selectOption("hours");
    await page.getByLabel("Send without the Private API").check();
    await page.getByRole("button", { name: "Save the settings" }).click();
    await page.getByText("The settings are in force.").last().waitFor();
    const { body } = await admin("GET", "/api-keys");
    const keys = body.api_keys as { name: string; protocol: string }[];
    const line = keys.find(({ name }) => name === "iMessage trial");
    expect(line).toMatchObject({
      offline_limit_seconds: 28_800,
      may_send_twice: true,
      waiting_limit_seconds: 86_400,
    });
    await goTo("API Keys");
    const texts = keys.find(({ protocol }) => protocol === "twilio");
    await page
      .getByRole("main")
      .getByRole("link", { name: texts?.name ?? "" })
      .click();
    await page.getByLabel("A message may wait for").waitFor();
    expect(await waits.count()).toBe(0);
  });

  test("its key chooses where messages go that reach nobody by iMessage, and takes the choice back", async () => {
    const { page, findFaults, goTo, admin } = dashboard;
    const { api_keys } = (await admin("GET", "/api-keys")).body as {
      api_keys: { api_key_id: string; name: string; protocol: string; fallback: object | null }[];
    };
    const texts = api_keys.find(({ protocol }) => protocol === "twilio");
    await goTo("API Keys");
    await page.getByRole("main").getByRole("link", { name: "iMessage trial" }).click();
    const choice = page.getByLabel("Who is not on iMessage");
    await choice.selectOption({ label: `By the API key ${texts?.name}` });
    expect(await findFaults("fallback of a key")).toEqual([]);
    const fallbackOf = async () => {
      const { body } = await admin("GET", "/api-keys");
      return (body.api_keys as typeof api_keys).find(({ name }) => name === "iMessage trial")?.fallback;
    };
    const save = async () => {
      await page.getByRole("button", { name: "Save the settings" }).click();
      await page.getByText("The settings are in force.").last().waitFor();
    };
    await save();
    await expect.poll(fallbackOf).toEqual({ to: "api_key", api_key_id: texts?.api_key_id });
    await choice.selectOption({ label: "It fails, and says why" });
    await save();
    await expect.poll(fallbackOf).toBeNull();
  });
});
