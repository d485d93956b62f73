import { execFile, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export type Snippet = { language: "sh" | "js" | "py"; code: string };

/** Returns the code blocks of a Markdown file in sh, js and py, in order. */
export async function readSnippets(path: string): Promise<Snippet[]> {
  const text = await readFile(path, "utf8");
  return [...text.matchAll(/^```(sh|js|py)\n(.*?)\n```$/gms)].map(([, language, code]) => ({
    language: language as Snippet["language"], // the pattern knows no other word
    code: code ?? "",
  }));
}

/** Tells whether this machine can run the Python snippets: they import `requests`. */
export function hasPythonRequests(): boolean {
  return spawnSync("python3", ["-c", "import requests"], { stdio: "ignore" }).status === 0;
}

/** Runs a snippet as its reader would, with nothing changed but host, key and `{messageId}`; returns what it printed, or its `data`. */
export async function runSnippet(
  { language, code }: Snippet,
  place: { url: string; key: string; messageId?: string },
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "trunkline-snippet-"));
  const own = code
    .replace(/https:\/\/backend\.blooio\.com|http:\/\/127\.0\.0\.1:8787/g, place.url)
    .replace(/YOUR_(?:TWILIO_)?API_KEY/g, place.key)
    .replace("{messageId}", place.messageId ?? "{messageId}");
  const env = { ...process.env, BLOOIO_API_KEY: place.key, NO_PROXY: "127.0.0.1" };
  try {
    const [command, ...args] = await prepare(folder, language, own);
    return (await promisify(execFile)(command, args, { env, cwd: folder })).stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function prepare(folder: string, language: Snippet["language"], code: string): Promise<[string, ...string[]]> {
  const file = join(folder, `snippet.${language === "js" ? "mjs" : language}`);
  switch (language) {
    case "sh":
      await writeFile(file, code);
      return ["sh", file];
    case "py":
      await writeFile(file, `${code}\nimport json\nif "data" in globals(): print(json.dumps(data))\n`);
      return ["python3", file];
    case "js":
      await mkdir(join(folder, "node_modules", "node-fetch"), { recursive: true });
      await writeFile(join(folder, "node_modules", "node-fetch", "index.js"), "module.exports = globalThis.fetch;\n");
      await writeFile(file, `${code}\nif (typeof data !== "undefined") console.log(JSON.stringify(data));\n`);
      return [process.execPath, file];
  }
}
