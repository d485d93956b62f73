import { vi } from "vitest";

/** One request as it arrived at a customer's endpoint. */
export type Arrival = { at: number; realAt: number; url: string; headers: Headers; body: string };

type Answer = number | (() => Response | Promise<Response>);

/** Stands in for the customers' endpoints: keeps everything that is posted, and answers as it was told, else 200. */
export function standInForCustomers() {
  const arrivals: Arrival[] = [];
  const always = new Map<string, Answer>();
  const planned = new Map<string, Answer[]>();
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const { url, headers } = request;
    const arrival = { at: Date.now(), realAt: performance.now(), url, headers, body: await request.text() };
    arrivals.push(arrival);
    const answer = planned.get(url)?.shift() ?? always.get(url) ?? 200;
    if (typeof answer === "function") return answer();
    return new Response(answer === 204 ? null : "ok", { status: answer });
  });
  const at = (url: string) => arrivals.filter((arrival) => arrival.url === url);
  return {
    arrivals,
    /** What arrived at one endpoint, in order. */
    at,
    /** The payloads that arrived at one endpoint, in order. */
    events: (url: string): Record<string, unknown>[] => at(url).map((arrival) => JSON.parse(arrival.body)),
    /** Answers an endpoint's next requests one after another. */
    answer: (url: string, ...answers: Answer[]) => planned.set(url, [...(planned.get(url) ?? []), ...answers]),
    /** Answers everything else at an endpoint so. */
    answerAlways: (url: string, answer: Answer) => always.set(url, answer),
  };
}

/** A stand-in for the customers' endpoints. */
export type Customers = ReturnType<typeof standInForCustomers>;

/** Keeps the caller waiting for four seconds, and then breaks off. */
export function hang(): Promise<Response> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error("connection lost")), 4_000));
}
