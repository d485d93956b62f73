/** As much of Node as the stand-ins of `test/support/node` use when they run inside the isolate: the Worker's own types know no Node. */
declare module "node:timers/promises" {
  export function setTimeout(ms: number): Promise<void>;
}
declare module "node:crypto" {
  type Mac = { update(text: string, encoding?: "utf8"): Mac; digest(encoding: "base64" | "hex"): string };
  export function createHmac(algorithm: "sha1" | "sha256", key: string): Mac;
  export function randomBytes(length: number): { toString(encoding: "hex"): string };
  export function randomUUID(): string;
}
declare module "node:http" {
  export type IncomingHttpHeaders = Record<string, string | undefined>;
  export type ServerResponse = {
    destroyed: boolean;
    socket: { resetAndDestroy(): void } | null;
    writeHead(status: number, headers: Record<string, string>): void;
    write(chunk: string): void;
    end(): void;
  };
}
declare const Buffer: {
  from(text: string | ArrayBuffer, encoding?: "base64"): Uint8Array & { toString(encoding: "utf8"): string };
  compare(left: Uint8Array, right: Uint8Array): number;
};
