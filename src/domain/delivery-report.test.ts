import { getCountries } from "libphonenumber-js/max";
import { describe, expect, it } from "vitest";
import { countriesWithoutReports, deliveryReportFor } from "./delivery-report.ts";

describe("whether a delivery report will come", () => {
  it("is no for the 34 countries of the list, each under its own ISO code", () => {
    const names = new Intl.DisplayNames("en", { type: "region" });
    const aliases: Record<string, string> = { HK: "Hong Kong SAR China", WF: "Wallis & Futuna" };
    expect(Object.keys(countriesWithoutReports)).toHaveLength(34);
    for (const [code, name] of Object.entries(countriesWithoutReports)) {
      expect(deliveryReportFor(code)).toBe("not_expected");
      expect(names.of(code)).toBe(aliases[code] ?? name);
    }
  });

  it("is yes everywhere else and where the country is not known", () => {
    const others = getCountries().filter((country) => !(country in countriesWithoutReports));
    expect(others.length).toBeGreaterThan(200);
    for (const country of others) expect(deliveryReportFor(country)).toBe("expected");
    expect(deliveryReportFor(null)).toBe("expected");
    expect(deliveryReportFor("toString")).toBe("expected");
  });
});
