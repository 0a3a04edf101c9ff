/** What waiting can't cure: the run ends after few quick tries, and says what it is and what to do. */
import { describe, expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { type FakeAnswer, fakeApi } from "../support/fake-api.ts";
import { apiHost, certificate, serveTls, startProxy } from "../support/https.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, simulate } from "../support/simulation.ts";

const token = "polar_oat_Zx81TestOnly";
const password = "pass-word-1";

/** Runs all default streams with default retries: who waits for each of them is not done in time. */
async function end(settings: object, env: Record<string, string> = {}) {
  const config = { access_token: token, ...settings };
  const { exitCode, lines, stderr } = await runTap({ config, env });
  expect(stderr).not.toContain(password);
  expect(lines.every((line) => !line.includes('"RECORD"'))).toBe(true);
  expect(messagesOf(lines).at(-1)?.type).toBe("STATE");
  expect(lastLineOf(stderr)).toMatch(/^tap-polar: 8 of 8 streams are incomplete/);
  expect(stderr).toMatch(/^\S+ ERROR /m);
  const retries = stderr.match(/; retry \d+ of \d+ in/g)?.length ?? 0;
  return { exitCode, retries, told: lastLineOf(stderr) };
}

describe("on the way", () => {
  test("a certificate that nobody has said to trust", async () => {
    const port = await serveTls(await simulate());

    const { exitCode, retries, told } = await end({ api_url: `https://localhost:${port}` });

    expect({ exitCode, retries }).toEqual({ exitCode: 2, retries: 0 });
    expect(told).toMatch(/certificate of localhost:\d+ is not trusted.*NODE_EXTRA_CA_CERTS/);
  });

  test("a certificate for another host", async () => {
    const port = await serveTls(await simulate());
    const env = { NODE_EXTRA_CA_CERTS: certificate };

    const { exitCode, retries, told } = await end({ api_url: `https://localhost:${port}` }, env);

    expect({ exitCode, retries }).toEqual({ exitCode: 2, retries: 0 });
    expect(told).toMatch(/certificate of localhost:\d+ is for another host.*Check api_url/);
  });

  test("https to a server that speaks http", async () => {
    const { url } = await simulate();

    const { exitCode, retries, told } = await end({ api_url: url.replace("http:", "https:") });

    expect({ exitCode, retries }).toEqual({ exitCode: 2, retries: 0 });
    expect(told).toMatch(/127\.0\.0\.1:\d+ does not speak https.*api_url.*http:\/\//);
  });

  test("http to a server that speaks https", async () => {
    const port = await serveTls(await simulate());

    const { exitCode, retries, told } = await end({ api_url: `http://127.0.0.1:${port}` });

    expect({ exitCode, retries }).toEqual({ exitCode: 1, retries: 5 });
    expect(told).toMatch(/ends each connection without.*api_url: it may have to begin with https/);
  });

  test("a host that does not exist", async () => {
    const { exitCode, retries, told } = await end({ api_url: "https://polar.invalid" });

    expect({ exitCode, retries }).toEqual({ exitCode: 2, retries: 3 });
    expect(told).toMatch(/There is no host polar\.invalid.*Check api_url/);
  });
});

describe("at the proxy", () => {
  const apiUrl = `https://${apiHost}`;
  const withPassword = (url: string) => url.replace("//", `//me:${password}@`);

  test.each([
    [407, /The proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) asks for a login \(407\)/],
    [403, /The proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\) refuses to connect to polar\.test/],
  ])("that answers %i", async (status, told) => {
    const proxy = await startProxy(await serveTls(await simulate()), status);

    const ended = await end({ api_url: apiUrl }, { HTTPS_PROXY: withPassword(proxy.url) });

    expect(ended).toEqual({ exitCode: 2, retries: 0, told: expect.stringMatching(told) });
    expect(proxy.tunnels).toHaveLength(1);
  });

  test.each([
    ["that is not there", "http://127.0.0.1:1", 1, 5, /can't be reached \(ECONNREFUSED\)/],
    ["that does not exist", "http://proxy.invalid:3128", 2, 3, /no host the proxy proxy\.invalid/],
  ])("%s", async (_, url, exitCode, retries, told) => {
    const ended = await end({ api_url: apiUrl }, { HTTPS_PROXY: withPassword(url) });

    expect(ended).toEqual({ exitCode, retries, told: expect.stringMatching(told) });
    expect(ended.told).toContain("HTTPS_PROXY");
  });

  test("that finds no way", async () => {
    const proxy = await startProxy(await serveTls(await simulate()), 502);

    const ended = await end({ api_url: apiUrl, max_retries: 1 }, { HTTPS_PROXY: proxy.url });

    expect(ended).toMatchObject({ exitCode: 1, retries: 1 });
    expect(ended.told).toMatch(/HTTPS_PROXY\) finds no way to polar\.test \(502\)/);
  });

  test("that is named with https, and speaks http", async () => {
    const proxy = await startProxy(await serveTls(await simulate()));
    const url = proxy.url.replace("http:", "https:");

    const ended = await end({ api_url: apiUrl }, { HTTPS_PROXY: url });

    expect(ended).toMatchObject({ exitCode: 2, retries: 0 });
    expect(ended.told).toMatch(/does not speak https.*Check HTTPS_PROXY/);
  });
});

const page = (title: string) =>
  `\n<!DOCTYPE html><html lang="en"><head><title>${title}</title></head><body>x</body></html>`;
const html = { "content-type": "text/html; charset=utf-8" };

describe("in the API's place", () => {
  test.each<[string, FakeAnswer, RegExp]>([
    [
      "a login page",
      { body: page("Sign in"), headers: html },
      /an HTML page titled "Sign in" \(200\).*Check api_url.*login page/,
    ],
    [
      "a page that calls itself JSON",
      { body: page("Guest Wi-Fi") },
      /titled "Guest Wi-Fi" \(200\)/,
    ],
    ["a website", { status: 404, body: page("Polar"), headers: html }, /titled "Polar" \(404\)/],
    ["a page without a title", { body: "<html></html>" }, /an HTML page \(200\)/],
    [
      "a title that would fill a log",
      { body: page(`a\u0007\n b\u202e${"x".repeat(500)}`) },
      /titled "a b x{76}…" \(200\)/,
    ],
    ["a network's login", { status: 511, body: page("Log in") }, /titled "Log in" \(511\)/],
    [
      "a challenge",
      {
        status: 403,
        body: page("Just a moment..."),
        headers: { ...html, "cf-mitigated": "challenge" },
      },
      /A firewall before 127.* \(403, an HTML page titled "Just a moment\.\.\."\).*address through/,
    ],
    [
      "a challenge that looks like an outage",
      { status: 503, body: page("Just a moment..."), headers: { "cf-mitigated": "challenge" } },
      /A firewall before .* \(503, an HTML page/,
    ],
    [
      "a firewall's number",
      { status: 403, body: "error code: 1020", headers: { "content-type": "text/plain" } },
      /A firewall before .* \(403, error 1020\)/,
    ],
    ["a firewall's page", { status: 403, body: page("Forbidden"), headers: html }, /A firewall/],
    ["a firewall without a word", { status: 403 }, /A firewall before .* \(403\)/],
    [
      "a way to a login page",
      { status: 302, headers: { location: "https://login.example/?from=api" } },
      /redirects to another server \(https:\/\/login\.example\).*login page/,
    ],
    ["a circle", { status: 302, headers: { location: "/login" } }, /redirects without end/],
  ])("%s", async (_, answer, told) => {
    const api = await fakeApi(() => answer);

    const ended = await end({ api_url: api.url });

    expect(ended).toMatchObject({ exitCode: 2, told: expect.stringMatching(told) });
    expect(ended.retries).toBeLessThanOrEqual(2);
    expect(api.requests.length).toBeLessThanOrEqual(6);
  });

  test("a page that comes once, while a server is changed, is forgiven", async () => {
    const simulator = await simulate();
    let asked = 0;
    const api = await fakeApi(async ({ path, query, headers }) => {
      if (++asked === 3) return { body: page("Updating"), headers: html };
      const { authorization = "" } = headers;
      const answer = await fetch(`${simulator.url}${path}?${query}`, {
        headers: { authorization },
      });
      return { body: await answer.text() };
    });

    const { exitCode } = await runTap({ config: configFor(simulator, { api_url: api.url }) });

    expect(exitCode).toBe(0);
  });

  test("an outage of what stands before the API is waited for, though it comes as a page", async () => {
    const api = await fakeApi(() => ({ status: 502, body: page("Bad gateway"), headers: html }));

    const { exitCode, stderr } = await runTap({
      config: { access_token: token, api_url: api.url, max_retries: 1 },
    });

    expect(exitCode).toBe(1);
    expect(api.requests).toHaveLength(16);
    expect(stderr).toMatch(/status 502; retry 1 of 1/);
  });
});
