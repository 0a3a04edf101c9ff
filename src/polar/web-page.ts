/** Web pages that come where the API's JSON should: of websites, login pages, firewalls. */
import type { IncomingHttpHeaders } from "node:http";
import { BlockedError } from "./errors.ts";

/** A title stands near the beginning; a page may be long. */
const LONGEST_HEAD = 64 * 1024;

const LONGEST_TITLE = 80;

/** Whether an answer is a web page, whatever it calls itself. */
export function isWebPage(headers: IncomingHttpHeaders, bytes: Buffer): boolean {
  // The API's JSON begins with a bracket, so one byte tells nearly always.
  if (bytes[0] === 0x7b || bytes[0] === 0x5b) return false;
  if (/\bhtml\b/i.test(headers["content-type"] ?? "")) return true;
  return /^\s*<(!doctype\s+html|html|head|body)\b/i.test(head(bytes, 256));
}

/** `an HTML page titled "Sign in"`. Of a title nothing is kept that could disturb a log. */
function describePage(bytes: Buffer): string {
  const [, text = ""] = /<title[^>]*>([^<]*)/i.exec(head(bytes, LONGEST_HEAD)) ?? [];
  const title = text.replace(/[\p{C}\s]+/gu, " ").trim();
  if (title === "") return "an HTML page";
  const characters = [...title];
  const short = characters.slice(0, LONGEST_TITLE).join("");
  return `an HTML page titled "${short}${characters.length > LONGEST_TITLE ? "…" : ""}"`;
}

function head(bytes: Buffer, length: number): string {
  return bytes.toString("utf8", 0, Math.min(length, bytes.length)).replace(/^\uFEFF/, "");
}

/**
 * Whether a firewall has answered in the API's place: Cloudflare's, which marks its challenges and
 * numbers its refusals, or another's, whose 403 has nothing of the API's JSON.
 */
export function isFirewall(status: number, headers: IncomingHttpHeaders, bytes: Buffer): boolean {
  if (headers["cf-mitigated"] !== undefined) return true;
  if (status === 511 || headers["www-authenticate"] !== undefined) return false;
  if (/^\s*error code: 1\d{3}\b/.test(head(bytes, 256))) return status < 500;
  return status === 403 && !/^\s*\{/.test(head(bytes, 256));
}

/** The error for a firewall's answer. `host` is the API's. */
export function firewallError(status: number, bytes: Buffer, host: string): BlockedError {
  const code = /^\s*error code: (1\d{3})\b/.exec(head(bytes, 256))?.[1];
  const page = /<(html|title)\b/i.test(head(bytes, LONGEST_HEAD)) ? `, ${describePage(bytes)}` : "";
  const what = code === undefined ? `${status}${page}` : `${status}, error ${code}`;
  return new BlockedError(
    `A firewall before ${host} refuses this machine (${what}). Ask those who run it to let this ` +
      "machine's address through, or run the tap from another network.",
  );
}

/** The error for a web page in the API's place. */
export function webPageError(status: number, bytes: Buffer, host: string): BlockedError {
  return new BlockedError(
    `${host} answers with ${describePage(bytes)} (${status}) where the API's JSON should be. Check ` +
      "api_url: the API's own address is https://api.polar.sh; if that is right, a login page of " +
      "this network or a proxy stands before it.",
  );
}
