import { describe, expect, it } from "vitest";
import { firewallError, isFirewall, isWebPage, webPageError } from "../../src/polar/web-page.ts";

const page = "<!doctype html><html><head><title>Log in</title></head></html>";
const json = '{"error":"insufficient_scope"}';
const html = { "content-type": "text/html" };

describe("an answer is a web page", () => {
  it.each([
    ["by its type and text", html, page, true],
    ["but not JSON, whatever its type", {}, json, false],
    ["but not nothing", {}, "", false],
  ])("%s", (_, headers, body, isSo) => {
    expect(isWebPage(headers, Buffer.from(body))).toBe(isSo);
  });

  it("which is named by its title, with the host", () => {
    const { message } = webPageError(200, Buffer.from(page), "api.example.com");
    expect(message).toContain("api.example.com answers with");
    expect(message).toContain("Log in");
  });
});

describe("an answer is a firewall's", () => {
  it.each([
    ["by an error code of its own", 403, "error code: 1020", true],
    ["but not when the server behind it fails", 502, "error code: 1020", false],
    ["when a 403 is no JSON", 403, page, true],
    ["but not when the API itself refuses", 403, json, false],
    ["but not with another status", 404, page, false],
  ])("%s", (_, status, body, isSo) => {
    expect(isFirewall(status, {}, Buffer.from(body))).toBe(isSo);
  });

  it("and is told with its code", () => {
    const { message } = firewallError(403, Buffer.from("error code: 1020"), "api.example.com");
    expect(message).toContain(
      "A firewall before api.example.com refuses this machine (403, error 1020)",
    );
  });
});
