import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Fault } from "../../simulator/index.ts";
import { catalogOf } from "../support/organization.ts";
import { workFolder } from "../support/processes.ts";
import { recordsOf } from "../support/records.ts";
import { runTap } from "../support/run-tap.ts";
import { configFor, defaultStreams, requestCount, simulate } from "../support/simulation.ts";

const metricShape = z.object({
  type: z.enum(["counter", "timer"]),
  metric: z.string(),
  value: z.number(),
  tags: z.record(z.string(), z.unknown()),
});

function metricsOf(stderr: string) {
  return [...stderr.matchAll(/METRIC: (\{.*\})/g)].map(([, json = ""]) =>
    metricShape.parse(JSON.parse(json)),
  );
}

describe("metrics", () => {
  test("count the records, time each request and each stream", async () => {
    const simulator = await simulate({ sizes: { orders: 230, refunds: 0 } });

    const { lines, stderr } = await runTap({ config: configFor(simulator) });

    const metrics = metricsOf(stderr);
    const records = recordsOf(lines);
    for (const stream of defaultStreams) {
      const counts = metrics.filter(
        ({ metric, tags }) => metric === "record_count" && tags.stream === stream,
      );
      const written = records.filter((record) => record.stream === stream).length;
      expect(counts.reduce((sum, { value }) => sum + value, 0)).toBe(written);
      const durations = metrics.filter(
        ({ metric, tags }) => metric === "sync_duration" && tags.stream === stream,
      );
      expect(durations).toMatchObject([{ tags: { status: "succeeded" } }]);
    }
    const requests = metrics.filter(({ metric }) => metric === "http_request_duration");
    const counts = requests.map(({ tags }) => z.number().parse(tags.count));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(requestCount(simulator));
    const endpoints = requests.map(({ tags }) => tags.endpoint);
    // Beside the streams: their exports, and what tells of changes.
    const others = /\/(export|events\/|webhooks\/deliveries)$/;
    expect(endpoints.filter((endpoint) => !others.test(String(endpoint)))).toEqual(
      defaultStreams.map((stream) => `/v1/${stream}/`),
    );
    expect(requests[0]?.tags).toEqual({
      endpoint: "/v1/customers/",
      http_status_code: 200,
      status: "succeeded",
      count: requestCount(simulator, "/v1/customers/"),
    });
  });

  test("tell of the stream that failed", async () => {
    const faults: Fault[] = [{ kind: "status", path: "/v1/refunds/" }];
    const simulator = await simulate({ faults });

    const config = configFor(simulator, { max_retries: 0 });
    const { stderr } = await runTap({ config, catalog: catalogOf("refunds", "benefits") });

    const durations = metricsOf(stderr).filter(({ metric }) => metric === "sync_duration");
    expect(durations.map(({ tags }) => [tags.stream, tags.status])).toEqual([
      ["refunds", "failed"],
      ["benefits", "succeeded"],
    ]);
  });
});

test.each(["TAP_POLAR_LOGLEVEL", "LOGLEVEL"])("%s=ERROR leaves nothing to say", async (name) => {
  const simulator = await simulate();

  const { stderr, exitCode } = await runTap({
    config: configFor(simulator),
    env: { [name]: "ERROR" },
  });

  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test("the SDK's structured log: each line is JSON, up to the last sentence", async () => {
  const simulator = await simulate({ scopes: ["orders:read"] });
  const file = join(await workFolder(), "logging.json");
  const formatter = { "()": "singer_sdk.logging.StructuredFormatter" };
  await writeFile(file, JSON.stringify({ formatters: { singer_formatter: formatter } }));

  const { stderr, exitCode } = await runTap({
    config: configFor(simulator),
    catalog: catalogOf("orders", "refunds"),
    env: { SINGER_SDK_LOG_CONFIG: file },
  });

  expect(exitCode).toBe(2);
  const lines = stderr.trimEnd().split("\n");
  const records = lines.slice(0, -1).map((line) => JSON.parse(line));
  expect(records.length).toBeGreaterThan(3);
  for (const record of records) {
    expect(record).toMatchObject({ level: expect.any(String), message: expect.any(String) });
    expect(record).toHaveProperty("stream_name");
  }
});

test("TAP_POLAR_LOG_FORMAT=json does without Meltano's file", async () => {
  const simulator = await simulate();

  const { stderr, exitCode } = await runTap({
    config: configFor(simulator),
    env: { TAP_POLAR_LOG_FORMAT: "json", TAP_POLAR_LOGLEVEL: "DEBUG" },
  });

  expect(exitCode).toBe(0);
  const messages = stderr
    .trimEnd()
    .split("\n")
    .map((line) => String(JSON.parse(line).message));
  expect(messages).toContain("METRIC refunds: record_count 8");
  expect(messages).toContainEqual(expect.stringMatching(/^8 of 8 streams complete: /));
});

test("the SDK's structured log has the error that ends the run", async () => {
  const file = join(await workFolder(), "logging.json");
  const formatter = { "()": "singer_sdk.logging.StructuredFormatter" };
  await writeFile(file, JSON.stringify({ formatters: { singer_formatter: formatter } }));

  const { stderr, exitCode } = await runTap({ env: { SINGER_SDK_LOG_CONFIG: file } });

  expect(exitCode).toBe(2);
  const [record = "", last] = stderr.trimEnd().split("\n");
  expect(JSON.parse(record)).toMatchObject({
    level: "error",
    message: expect.stringContaining("access_token: is missing"),
  });
  expect(last).toMatch(/^tap-polar: access_token: is missing/);
});

test("level DEBUG tells each request, with status, rows, pages and waits", async () => {
  const simulator = await simulate({ sizes: { customers: 25 } });

  const { stderr } = await runTap({
    config: configFor(simulator, { page_size: 10 }),
    catalog: catalogOf("customers"),
    env: { LOGLEVEL: "DEBUG" },
  });

  const told = stderr.match(/DEBUG GET \/v1\/customers\/\?page=\d.*/g);
  expect(told).toHaveLength(requestCount(simulator));
  const timed = stderr.match(/DEBUG METRIC: .*"http_request_duration"/g);
  expect(timed).toHaveLength(requestCount(simulator));
  expect(told?.[0]).toMatch(
    /page=1&limit=10&sorting=.*: 200, 10 rows of 25 on 3 pages, [\d.]+ s after a wait of [\d.]+ s$/,
  );
});

test("requests that nobody wants any more are not counted as failed", async () => {
  const simulator = await simulate({
    sizes: { customers: 100 },
    faults: [
      { kind: "expire", path: "/v1/customers/", page: 2 },
      { kind: "stall", path: "/v1/customers/", page: 3 },
    ],
  });

  const config = configFor(simulator, { page_size: 10, concurrency: 4 });
  const { stderr, exitCode } = await runTap({ config, catalog: catalogOf("customers") });

  expect(exitCode).toBe(2);
  const requests = metricsOf(stderr).filter(({ metric }) => metric === "http_request_duration");
  const failed = requests.filter(({ tags }) => tags.status === "failed");
  expect(failed.map(({ tags }) => tags.http_status_code)).toEqual([401]);
  expect(simulator.requests.some(({ fault }) => fault === "stall")).toBe(true);
});

/** The helpers search every run's stderr for the token and the rows' content; here it is all said. */
test("at level DEBUG, with all that can go wrong, neither token nor content is told", async () => {
  const faults: Fault[] = [
    { kind: "poison", path: "/v1/customers/", rows: [3] },
    { kind: "garble", path: "/v1/orders/", times: 3 },
    { kind: "truncate", path: "/v1/orders/", after: 3, times: 1 },
    { kind: "status", path: "/v1/products/" },
    { kind: "expire", path: "/v1/benefits/" },
  ];
  const simulator = await simulate({ faults });
  for (const { id } of simulator.rows("orders")) {
    simulator.update("orders", id, { surprise: "EXAMPLE_SECRET", amount: "EXAMPLE_SECRET" });
  }

  const config = configFor(simulator, { max_retries: 4 });
  const { stderr, exitCode } = await runTap({ config, env: { LOGLEVEL: "DEBUG" } });

  expect(exitCode).toBe(2);
  expect(stderr).toContain("DEBUG");
  expect(stderr).toContain("customers is incomplete");
  expect(stderr).toContain("products is incomplete");
  expect(stderr).toContain("orders.surprise is not known");
});
