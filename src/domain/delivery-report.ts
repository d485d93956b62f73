import type { DeliveryReport } from "./message.ts";

/** Countries whose operators give no delivery reports (seed 002), ISO 3166 alpha-2. */
export const countriesWithoutReports: Readonly<Record<string, string>> = {
  BD: "Bangladesh",
  BJ: "Benin",
  BR: "Brazil",
  BI: "Burundi",
  KH: "Cambodia",
  DE: "Germany",
  GP: "Guadeloupe",
  GU: "Guam",
  HK: "Hong Kong",
  ID: "Indonesia",
  KW: "Kuwait",
  MY: "Malaysia",
  MH: "Marshall Islands",
  MR: "Mauritania",
  MX: "Mexico",
  NR: "Nauru",
  MP: "Northern Mariana Islands",
  PK: "Pakistan",
  PA: "Panama",
  PG: "Papua New Guinea",
  PE: "Peru",
  WS: "Samoa",
  SB: "Solomon Islands",
  SS: "South Sudan",
  LK: "Sri Lanka",
  SD: "Sudan",
  TJ: "Tajikistan",
  TL: "Timor-Leste",
  TO: "Tonga",
  TV: "Tuvalu",
  UZ: "Uzbekistan",
  VE: "Venezuela",
  VN: "Vietnam",
  WF: "Wallis and Futuna Islands",
};

/** Says whether an SMS to this country (ISO 3166 alpha-2) will ever be reported delivered; an unknown country is taken to report. */
export function deliveryReportFor(country: string | null): DeliveryReport {
  return country !== null && Object.hasOwn(countriesWithoutReports, country) ? "not_expected" : "expected";
}
