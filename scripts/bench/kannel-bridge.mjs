import { once } from "node:events";
import { createServer } from "node:http";

/**
 * Kannel speaks neither Twilio's API nor JSON: this stands between, in the process of the bench, so that its CPU is not counted as Kannel's. It plays the carrier's
 * side, and hands on to the receiver what Kannel tells its user.
 */
export async function startBridge({ twilio, sink }) {
  const from = twilio.numbers[0].phoneNumber;
  const basic = Buffer.from(`${twilio.accountSid}:${twilio.authToken}`).toString("base64");
  const reports = new Map();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://bridge");
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
    response.end(url.pathname === "/send" ? "0: Accepted for delivery" : "ok");
    const hand = url.pathname === "/send" ? create : url.pathname === "/told" ? tell : report;
    await hand(url, form).catch(() => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();

  async function create({ searchParams }) {
    const id = `${reports.size}`;
    reports.set(id, searchParams.get("dlr-url"));
    const callback = `http://127.0.0.1:${port}/report/${id}`;
    const message = {
      To: searchParams.get("to"),
      From: from,
      Body: searchParams.get("text"),
      StatusCallback: callback,
    };
    await fetch(`${twilio.url}/2010-04-01/Accounts/${twilio.accountSid}/Messages.json`, {
      method: "POST",
      headers: { Authorization: `Basic ${basic}` },
      body: new URLSearchParams(message),
    });
  }

  async function report({ pathname }, form) {
    const target = reports.get(pathname.split("/")[2]);
    // Kannel's own words: 1 delivered, 4 taken by the network.
    await fetch(target.replaceAll("%d", form.get("MessageStatus") === "delivered" ? "1" : "4"));
  }

  async function tell({ searchParams }) {
    const event = searchParams.get("status") === "1" ? "message.delivered" : "message.sent";
    const body = JSON.stringify({ event, message_id: searchParams.get("to") });
    await fetch(`${sink.url}/peer`, { method: "POST", body });
  }

  return {
    from,
    port,
    async stop() {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}
