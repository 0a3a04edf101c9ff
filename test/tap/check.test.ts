/** `tap-polar check` and `tap-polar streams`: what a run would meet, told beforehand. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { lastLineOf } from "../support/discretion.ts";
import { lastStateOf, runTap } from "../support/run-tap.ts";
import {
  configFor,
  defaultStreams,
  requestCount,
  shortLists,
  simulate,
} from "../support/simulation.ts";

const report = z.object({
  requests: z.number(),
  later: z.object({ requests: z.number() }),
  missing_scopes: z.array(z.string()),
  streams: z.array(
    z.object({ stream: z.string(), rows: z.number().nullable(), problem: z.string().nullable() }),
  ),
});

const parsed = (lines: readonly string[]) => report.parse(JSON.parse(lines.join("\n")));

describe("check", () => {
  test("tells rows and requests of each stream, with one request each", async () => {
    const simulator = await simulate();
    const config = configFor(simulator, { page_size: 10 });

    const { exitCode, lines, stderr } = await runTap({ word: "check", config, args: ["--json"] });

    expect(exitCode, stderr).toBe(0);
    const { requests, streams, missing_scopes: missing } = parsed(lines);
    const sizes = { ...shortLists, organizations: 1 };
    expect(Object.fromEntries(streams.map(({ stream, rows }) => [stream, rows]))).toEqual(sizes);
    const each = Object.values(sizes).map((rows) => {
      const pages = Math.ceil(rows / 10);
      return pages > 1 ? pages + 2 : 1;
    });
    const exports = ["orders", "subscriptions", "customers"].length;
    expect(requests).toBe(each.reduce((sum, one) => sum + one) + exports);
    expect(missing).toEqual([]);
    expect(requestCount(simulator)).toBe(defaultStreams.length);
  });

  test("a sync makes as many requests as it says", async () => {
    const simulator = await simulate({ sizes: { meters: 3 } });
    const config = configFor(simulator, { start_date: "2026-01-01" });
    const args = [
      "--select",
      "orders,order_items,payment_methods,meter_quantities,customer_meters",
    ];
    const { lines } = await runTap({ word: "check", config, args: [...args, "--json"] });
    const before = requestCount(simulator);

    await runTap({ config, args });

    expect(before).toBeLessThan(10);
    expect(parsed(lines).requests).toBe(requestCount(simulator) - before);
  });

  test("a later sync that finds nothing changed makes as many requests as it says", async () => {
    const simulator = await simulate({ sizes: { orders: 130, customers: 120, events: 200 } });
    const config = configFor(simulator);
    const select = ["--select", "customers,orders,order_items,products,events,metrics"];
    const { lines } = await runTap({ word: "check", config, args: [...select, "--json"] });
    let state: ReturnType<typeof lastStateOf>;
    // The second one learns how much the tellers of changes have told.
    for (let run = 1; run <= 2; run++) {
      state = lastStateOf((await runTap({ config, args: select, state })).lines);
    }
    const before = requestCount(simulator);

    await runTap({ config, args: select, state });

    const { requests, later } = parsed(lines);
    const made = requestCount(simulator) - before;
    // The two exports are not looked at by each run where events tell of changes.
    expect(Math.abs(later.requests - made)).toBeLessThanOrEqual(2);
    expect(later.requests).toBeLessThan(requests);
  });

  test("tells all missing scopes at once, those of parents too", async () => {
    const simulator = await simulate({ scopes: ["customers:read", "organizations:read"] });
    const args = ["--select", "customers,orders,customer_seats,meter_quantities,organizations"];
    const config = configFor(simulator);

    const { exitCode, lines, stderr } = await runTap({ word: "check", config, args });

    expect(exitCode).toBe(1);
    const scopes = lines.filter((line) => line.startsWith("  [x] ")).map((line) => line.slice(6));
    const missing = ["customer_seats:read", "meters:read", "orders:read", "subscriptions:read"];
    expect(scopes).toEqual(missing);
    expect(lines).toContainEqual(expect.stringMatching(/^customers +25 +1 {2}ok$/));
    expect(lines).toContainEqual(expect.stringMatching(/^orders +– +– {2}lacks orders:read$/));
    expect(lastLineOf(stderr)).toBe(
      `tap-polar: 3 of 5 streams can't be read: the token lacks ${missing.join(", ")}`,
    );
  });

  test("tells that no token is accepted as a sync does", async () => {
    const simulator = await simulate();
    const config = configFor(simulator, { access_token: "polar_oat_SomebodyElses" });

    const { exitCode, lines, stderr } = await runTap({ word: "check", config });

    expect(exitCode).toBe(2);
    expect(lines).toEqual([]);
    expect(lastLineOf(stderr)).toContain("Polar does not accept the access token (401");
  });

  test("tells what the server says of its version, and how far the clocks are apart", async () => {
    const simulator = await simulate({ date: "machine" });
    const config = configFor(simulator);
    const frozenAt = "2026-01-01T00:00:00Z";

    const { lines } = await runTap({ word: "check", config, frozenAt });

    expect(lines[0]).toBe(`API      ${simulator.url}, version 2026-10`);
    expect(lines[2]).toMatch(/^Clock {4}[\d,]+ s behind Polar's; set this machine's clock$/);
    const { lines: right } = await runTap({ word: "check", config });
    expect(right[2]).toBe("Clock    agrees with Polar's");
  });

  test.each([
    [["--select", "ordesr"], "--select: ordesr: there is no stream"],
    [["--state", "x"], "--state: is no option of tap-polar"],
  ])("%j is refused without a request", async (args, told) => {
    const simulator = await simulate();
    const config = configFor(simulator);

    const { exitCode, stderr } = await runTap({ word: "check", config, args });

    expect(exitCode).toBe(2);
    expect(lastLineOf(stderr)).toContain(told);
    expect(requestCount(simulator)).toBe(0);
  });
});

describe("streams", () => {
  test("lists all streams and what is selected, without a network", async () => {
    const args = ["--select", "orders.amount,events"];
    const { exitCode, lines } = await runTap({ word: "streams", args });

    expect(exitCode).toBe(0);
    expect(lines[0]).toBe("Stream                   Selected  Columns   Scopes");
    const selected = lines.filter((line) => / yes /.test(line)).map((line) => line.split(/ {2,}/));
    expect(selected).toEqual([
      ["orders", "yes", "3 of 48", "orders:read"],
      ["events", "yes", expect.stringMatching(/^\d+ of \d+$/), "events:read"],
    ]);
  });

  test("with a token, tells how many rows there are", async () => {
    const simulator = await simulate({ scopes: ["orders:read"] });
    const config = configFor(simulator);

    const { exitCode, lines } = await runTap({ word: "streams", config, args: ["--json"] });

    expect(exitCode).toBe(0);
    const list: unknown = JSON.parse(lines.join("\n"));
    expect(list).toContainEqual(
      expect.objectContaining({ stream: "orders", selected: true, rows: 30, missing_scopes: [] }),
    );
    expect(list).toContainEqual(
      expect.objectContaining({ stream: "refunds", rows: null, missing_scopes: ["refunds:read"] }),
    );
  });
});

test.each(["init", "check", "streams", "state"])("%s explains itself", async (word) => {
  const { exitCode, lines } = await runTap({ word, args: ["--help"] });

  expect(exitCode).toBe(0);
  expect(lines[0]).toContain(`tap-polar ${word}`);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
});
