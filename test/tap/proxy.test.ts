import { describe, expect, test } from "vitest";
import { apiHost, certificate, serveTls, startProxy } from "../support/https.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { runTap } from "../support/run-tap.ts";
import { configFor, listedIds, simulate } from "../support/simulation.ts";

const catalog = catalogOf("customers");
const apiUrl = `https://${apiHost}`;

describe("a proxy named in HTTPS_PROXY", () => {
  test("carries every request, and never sees the token", async () => {
    const simulator = await simulate({ sizes: { customers: 40 } });
    const proxy = await startProxy(await serveTls(simulator));
    const config = configFor(simulator, { api_url: apiUrl, page_size: 10, concurrency: 2 });
    const address = proxy.url.replace("//", "//user:pass%20word@");
    const env = { HTTPS_PROXY: address, NODE_EXTRA_CA_CERTS: certificate };

    const { lines, exitCode, stderr } = await runTap({ config, catalog, env });

    expect(exitCode, stderr).toBe(0);
    expect(idsOf(lines, "customers")).toEqual(listedIds(simulator, "customers"));
    // Four pages, and that of the newest rows before and after.
    expect(simulator.requests).toHaveLength(4 + 2);
    const authorization = `Basic ${Buffer.from("user:pass word").toString("base64")}`;
    const tunnel = { target: `${apiHost}:443`, authorization };
    expect(proxy.tunnels).toEqual([tunnel, tunnel]);
    expect(proxy.passed()).not.toContain(simulator.accessToken);
    expect(stderr).not.toMatch(/pass(%20| )word/);
  });

  test("is left out where NO_PROXY says so", async () => {
    const simulator = await simulate({ sizes: { customers: 5 } });
    const proxy = await startProxy(await serveTls(simulator));
    const config = configFor(simulator, { api_url: apiUrl, max_retries: 0 });
    const env = { https_proxy: proxy.url, no_proxy: `example.com, ${apiHost}` };

    const { exitCode, stderr } = await runTap({ config, catalog, env });

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/There is no host polar\.test/);
    expect(proxy.tunnels).toEqual([]);
  });

  test("does not stand before this machine", async () => {
    const simulator = await simulate({ sizes: { customers: 5 } });
    const proxy = await startProxy(1);
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url };

    const { exitCode } = await runTap({ config: configFor(simulator), catalog, env });

    expect(exitCode).toBe(0);
    expect(proxy.tunnels).toEqual([]);
  });

  test.each(["proxy.example.com:3128", "http://", "ftp://proxy.example.com"])(
    "must be an address: %s",
    async (address) => {
      const simulator = await simulate();
      const config = configFor(simulator, { api_url: apiUrl });

      const { exitCode, stderr } = await runTap({ config, catalog, env: { HTTPS_PROXY: address } });

      expect(exitCode).toBe(2);
      expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/HTTPS_PROXY: must be the address/);
      expect(simulator.requests).toEqual([]);
    },
  );
});
