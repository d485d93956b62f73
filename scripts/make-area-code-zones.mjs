// Writes src/domain/area-code-zones.ts from Google's libphonenumber: `node scripts/make-area-code-zones.mjs <map_data.txt> <release>`.
import { readFileSync, writeFileSync } from "node:fs";

const [source, release] = process.argv.slice(2);
if (source === undefined || release === undefined) {
  console.error("Give the path of libphonenumber's resources/timezones/map_data.txt and the release that it is of.");
  process.exit(1);
}
/** Elsewhere the country alone says as much. */
const wide = ["US", "CA"].flatMap((country) => {
  const locale = new Intl.Locale(`und-${country}`);
  return locale.getTimeZones?.() ?? locale.timeZones;
});

const zonesByCode = new Map();
for (const line of readFileSync(source, "utf8").split("\n")) {
  const [, code, zones] = /^1(\d{3})\d*\|(.+)$/.exec(line) ?? [];
  if (code === undefined) continue;
  // Ported numbers keep their exchange wherever their owner lives, so nothing finer than the area code is believed.
  zonesByCode.set(code, new Set([...(zonesByCode.get(code) ?? []), ...zones.split("&")]));
}

const codesByZones = new Map();
for (const [code, zones] of [...zonesByCode].sort()) {
  const key = [...zones].sort().join(" ");
  if ([...zones].some((zone) => wide.includes(zone))) codesByZones.set(key, [...(codesByZones.get(key) ?? []), code]);
}
writeFileSync(
  "src/domain/area-code-zones.ts",
  `/** Time zones, and the area codes of the United States and Canada whose people may live in any of them. */
export type AreaCodeZones = readonly [zones: string, codes: string];

/** Written by \`scripts/make-area-code-zones.mjs\` from Google's libphonenumber ${release} (resources/timezones/map_data.txt, Apache License 2.0): every zone that anything in an area code lies in. */
export const areaCodeZones: readonly AreaCodeZones[] = [
${[...codesByZones].map(([zones, codes]) => `  ["${zones}", "${codes.join(" ")}"],`).join("\n")}
];
`,
);
