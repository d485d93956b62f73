import { useTestMac } from "../../queries/macs.ts";
import { ConnectionTest } from "../connection-test.tsx";

const words = {
  whom: "the Mac",
  works: "Its lines can send.",
  head: "What",
  checks: {
    connection: "The Mac answers",
    private_api: "Private API",
    account: "Apple ID",
    lines: "Its lines",
    bell: "It rings here",
    clock: "Clock",
  },
};

/** Looks at a Mac now and says it thing by thing. */
export function MacTest({ integrationId }: { integrationId: string }) {
  return <ConnectionTest words={words} test={useTestMac(integrationId)} />;
}
