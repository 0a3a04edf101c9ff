import { describe, expect, test } from "vitest";
import type { Simulator } from "../../simulator/index.ts";
import { lastLineOf } from "../support/discretion.ts";
import { fakeApi } from "../support/fake-api.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import {
  configFor,
  defaultStreams,
  listedIds,
  requestCount,
  simulate,
} from "../support/simulation.ts";

/** The default streams but these: those must be whole whatever happened to the others. */
function expectOthersWhole(simulator: Simulator, lines: readonly string[], failed: string) {
  for (const stream of defaultStreams.filter((name) => name !== failed)) {
    expect(idsOf(lines, stream)).toEqual(listedIds(simulator, stream));
  }
  expect(messagesOf(lines).at(-1)?.type).toBe("STATE");
}

describe("a stream that fails for good does not cost the others", () => {
  test("503 however often it is tried", async () => {
    const faults = [{ kind: "status", path: "/v1/refunds/" } as const];
    const simulator = await simulate({ faults });

    const config = configFor(simulator, { max_retries: 2 });
    const { lines, exitCode, stderr } = await runTap({ config });

    expect(exitCode).toBe(1);
    expect(requestCount(simulator, "/v1/refunds/")).toBe(3);
    expect(lastLineOf(stderr)).toMatch(/^tap-polar: refunds is incomplete: .*3 times.*503/);
    expect(idsOf(lines, "refunds")).toEqual([]);
    expectOthersWhole(simulator, lines, "refunds");
  });

  test("in the middle of it: what was read stays, and the next run goes on", async () => {
    const fault = { kind: "status", path: "/v1/orders/", page: 9, status: 502 } as const;
    const simulator = await simulate({ sizes: { orders: 130 }, faults: [fault] });
    const config = configFor(simulator, { max_retries: 1, page_size: 10 });

    const { lines, exitCode, stderr } = await runTap({ config });

    expect(exitCode).toBe(1);
    expect(lastLineOf(stderr)).toMatch(/orders is incomplete/);
    expect(idsOf(lines, "orders")).toHaveLength(80);
    expectOthersWhole(simulator, lines, "orders");
    const state = messagesOf(lines).at(-1);
    const bookmarks = state?.type === "STATE" ? state.value.bookmarks : {};
    expect(bookmarks.orders).toMatchObject({ sweep: { page: 8 } });
  });

  test("an API that can't be reached ends the run at once, not stream by stream", async () => {
    const simulator = await simulate({});
    const config = configFor(simulator, { max_retries: 1 });
    await simulator.close();

    const { lines, exitCode, stderr } = await runTap({ config });

    expect(exitCode).toBe(1);
    expect(stderr.match(/METRIC.*http_request_duration.*"count":2/g)).toHaveLength(1);
    expect(lastLineOf(stderr)).toMatch(/8 of 8 streams are incomplete .*ECONNREFUSED.*api_url/);
    expect(messagesOf(lines).at(-1)?.type).toBe("STATE");
  });

  test("403: the missing scope is named", async () => {
    const scopes = defaultStreams.map((stream) => `${stream}:read`);
    const simulator = await simulate({
      scopes: scopes.filter((scope) => !scope.startsWith("refunds")),
    });

    const { lines, exitCode, stderr } = await runTap({ config: configFor(simulator) });

    expect(exitCode).toBe(2);
    expect(requestCount(simulator, "/v1/refunds/")).toBe(1);
    expect(lastLineOf(stderr)).toMatch(/refunds.*lacks the scope refunds:read/);
    expectOthersWhole(simulator, lines, "refunds");
  });

  test("403 for one and 503 for another: another run may mend something", async () => {
    const scopes = defaultStreams.map((stream) => `${stream}:read`);
    const simulator = await simulate({
      scopes: scopes.filter((scope) => !scope.startsWith("refunds")),
      faults: [{ kind: "status", path: "/v1/products/" }],
    });

    const { exitCode, stderr } = await runTap({ config: configFor(simulator, { max_retries: 0 }) });

    expect(exitCode).toBe(1);
    expect(lastLineOf(stderr)).toMatch(/2 of 8 streams are incomplete \(products, refunds\)/);
  });

  test("422: the API's own words, but not the values that it repeats", async () => {
    const detail = [
      {
        type: "enum",
        loc: ["query", "sorting", 0],
        msg: "Input should be 'x'",
        input: "EXAMPLE_SECRET",
      },
    ];
    const body = JSON.stringify({ error: "RequestValidationError", detail });
    const api = await fakeApi(() => ({ status: 422, body }));

    const { exitCode, stderr } = await runTap({
      config: { api_url: api.url, access_token: "polar_oat_Zx81TestOnly" },
      catalog: catalogOf("refunds"),
    });

    expect(exitCode).toBe(1);
    expect(api.requests).toHaveLength(1);
    expect(lastLineOf(stderr)).toContain("query.sorting.0: Input should be 'x'");
  });

  test("several: all are named", async () => {
    const faults = ["/v1/refunds/", "/v1/products/"].map(
      (path) => ({ kind: "status", path, status: 503 }) as const,
    );
    const simulator = await simulate({ faults });

    const config = configFor(simulator, { max_retries: 0 });
    const { exitCode, stderr } = await runTap({ config });

    expect(exitCode).toBe(1);
    expect(lastLineOf(stderr)).toMatch(/2 of 8 streams are incomplete \(products, refunds\)/);
  });
});

describe("a token that is not accepted ends the run", () => {
  test("at once, after one request", async () => {
    const simulator = await simulate();

    const config = configFor(simulator, { access_token: "polar_oat_AnotherTestOnly" });
    const { lines, exitCode, stderr } = await runTap({ config });

    expect(exitCode).toBe(2);
    expect(simulator.requests).toHaveLength(1);
    expect(lastLineOf(stderr)).toMatch(/access token.*401.*organization's settings/);
    expect(messagesOf(lines).filter(({ type }) => type === "RECORD")).toEqual([]);
  });

  test("whatever else was incomplete before", async () => {
    const simulator = await simulate({
      faults: [
        { kind: "status", path: "/v1/customers/" },
        { kind: "expire", path: "/v1/refunds/" },
      ],
    });

    const { exitCode, stderr } = await runTap({ config: configFor(simulator, { max_retries: 0 }) });

    expect(exitCode).toBe(2);
    expect(lastLineOf(stderr)).toMatch(/access token.*401/);
    expect(stderr).toMatch(/^\S+ ERROR Polar does not accept the access token/m);
  });

  test("also when it expires on the way: what was read is kept", async () => {
    const simulator = await simulate({
      sizes: { customers: 100 },
      faults: [{ kind: "expire", after: 12 }],
    });

    const config = configFor(simulator, { page_size: 10, concurrency: 2 });
    const { lines, exitCode, stderr } = await runTap({ config });

    expect(exitCode).toBe(2);
    expect(lastLineOf(stderr)).toMatch(/401/);
    // Nobody goes on asking with a token that is over.
    expect(simulator.requests.length).toBeLessThanOrEqual(12 + 2);
    const messages = messagesOf(lines);
    expect(messages.at(-1)).toMatchObject({
      type: "STATE",
      value: { bookmarks: { customers: { sweep: {} } } },
    });
    expect(messages.filter(({ type }) => type === "RECORD").length).toBeGreaterThan(50);
  });
});

test("an API that does not know the version says so, and is not asked again and again", async () => {
  const simulator = await simulate();

  const config = configFor(simulator, { api_url: `${simulator.url}/elsewhere` });
  const { exitCode, stderr } = await runTap({ config, catalog: catalogOf("orders") });

  expect(exitCode).toBe(1);
  expect(simulator.requests).toHaveLength(1);
  expect(lastLineOf(stderr)).toMatch(/orders.*version 2026-10.*404.*api_url/);
});

test.each([
  { command: "a sync", input: {} },
  { command: "--test", input: { args: ["--test"] } },
  { command: "check", input: { word: "check" } },
] as const)(
  "a server that repeats the token does not bring it into the log: $command",
  async ({ input }) => {
    // Not one of Polar's form, which is masked wherever it stands.
    const token = "Zx81TestOnly-of-another-form";
    const api = await fakeApi(({ headers }) => ({
      status: 403,
      headers: { "content-type": "text/html" },
      body: `<html><title>Nothing for ${headers.authorization}</title></html>`,
    }));

    const config = { api_url: api.url, access_token: token, max_retries: 0 };
    const { lines, stderr, exitCode } = await runTap({ config, ...input });

    expect(exitCode).not.toBe(0);
    expect(stderr).toContain("Nothing for Bearer ***");
    expect(lines.join("\n") + stderr).not.toContain(token);
  },
);

test("a redirect to another origin is not followed, and the token stays here", async () => {
  const elsewhere = await fakeApi(() => ({ status: 200, body: "{}" }));
  const simulator = await simulate();
  simulator.setFaults([{ kind: "redirect", to: elsewhere.url }]);

  const { exitCode, stderr } = await runTap({
    config: configFor(simulator),
    catalog: catalogOf("orders"),
  });

  expect(exitCode).toBe(2);
  expect(elsewhere.requests).toEqual([]);
  expect(lastLineOf(stderr)).toMatch(/redirects to another server/);
});

test("every retry is told of, from the first on", async () => {
  const simulator = await simulate({ faults: [{ kind: "status", path: "/v1/orders/", times: 2 }] });

  const { exitCode, stderr } = await runTap({
    config: configFor(simulator),
    catalog: catalogOf("orders"),
  });

  expect(exitCode).toBe(0);
  expect(stderr.match(/WARNING \/v1\/orders\/: status 503; retry \d of 8/g)).toHaveLength(2);
});

test("a server that is not there: one sentence, and the state as it was", async () => {
  const simulator = await simulate();
  await simulator.close();
  const state = { bookmarks: { orders: { version: 5, format: 1 } }, other: [1.0] };

  const config = configFor(simulator, { max_retries: 1 });
  const { lines, exitCode, stderr } = await runTap({
    config,
    catalog: catalogOf("orders"),
    state,
  });

  expect(exitCode).toBe(1);
  expect(lastLineOf(stderr)).toMatch(/orders is incomplete: .*ECONNREFUSED.*Check the network/);
  expect(messagesOf(lines).at(-1)).toEqual({ type: "STATE", value: state });
});
