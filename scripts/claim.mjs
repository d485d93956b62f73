import { createHmac, randomBytes } from "node:crypto";

const MINUTE_MS = 60_000;

/** A sign-in link for the dashboard at `url`: it opens once, within 15 minutes unless others are given, and needs nothing but the admin token to make. */
export function signInLink(url, adminToken, { now = Date.now(), minutes = 15 } = {}) {
  const claim = `${now + minutes * MINUTE_MS}.${randomBytes(16).toString("hex")}`;
  const mac = createHmac("sha256", adminToken).update(`trunkline sign-in claim ${claim}`).digest("hex");
  return `${url}/app/sign-in#claim=${claim}.${mac}`;
}
