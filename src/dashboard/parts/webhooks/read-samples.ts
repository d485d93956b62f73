export type Sample = { language: string; code: string };

const names: Record<string, string> = { js: "JavaScript", python: "Python", go: "Go", php: "PHP" };

/** Returns the samples of the section “Verifying” of docs/webhooks.md, one a language: the page shows what the documentation says and tests run. */
export function readSamples(markdown: string): Sample[] {
  const section = /^## Verifying$(.*?)(?=^## |$(?![\s\S]))/ms.exec(markdown)?.[1] ?? "";
  return [...section.matchAll(/^```(\w+)\n(.*?)\n```$/gms)].flatMap(([, mark = "", code = ""]) => {
    const language = names[mark];
    return language === undefined ? [] : [{ language, code }];
  });
}
