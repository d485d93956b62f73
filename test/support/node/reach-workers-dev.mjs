// Preloaded into a deployment under test: what is asked of the deployed address goes to the Worker that runs on loopback in its place.
const address = /^https:\/\/trunkline\.example\.workers\.dev/;
const { fetch } = globalThis;
globalThis.fetch = (input, init) => fetch(String(input).replace(address, process.env.WORKERS_DEV_AT ?? ""), init);
