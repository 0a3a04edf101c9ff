/** A run that can be followed: while it is under way, and by its summary. */
import { existsSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import type { Summary } from "../../src/cli/summary.ts";
import { lastLineOf } from "../support/discretion.ts";
import { catalogOf } from "../support/organization.ts";
import { workFolder } from "../support/processes.ts";
import { idsOf, recordsOf } from "../support/records.ts";
import { messagesOf, runTap, runTapUntil } from "../support/run-tap.ts";
import {
  configFor,
  defaultStreams,
  listedIds,
  requestCount,
  shortLists,
  simulate,
} from "../support/simulation.ts";
import { noTerminal, startAtTerminal } from "../support/terminal.ts";

const file = new URL("../../docs/summary.schema.json", import.meta.url);
const ajv = new Ajv2020({ allErrors: true });
addFormats.default(ajv);
const isSummary = ajv.compile<Summary>(JSON.parse(readFileSync(file, "utf8")));

/** The summary in a file, which is as docs/summary.schema.json says. */
async function summaryIn(path: string): Promise<Summary> {
  const summary: unknown = JSON.parse(await readFile(path, "utf8"));
  if (!isSummary(summary)) throw new Error(ajv.errorsText(isSummary.errors));
  return summary;
}

const describeAtTerminal = noTerminal === undefined ? describe : describe.skip;

describeAtTerminal(`at a terminal${noTerminal === undefined ? "" : ` (${noTerminal})`}`, () => {
  async function sync(simulator: Awaited<ReturnType<typeof simulate>>, settings: object) {
    const folder = await workFolder();
    await writeFile(
      join(folder, "config.json"),
      JSON.stringify(configFor(simulator, { select: ["orders"], ...settings })),
    );
    const args = ["--config", "config.json", "--summary", "summary.json"];
    const { exitCode, shown } = await startAtTerminal(args, folder, "out.jsonl").ended;
    const lines = (await readFile(join(folder, "out.jsonl"), "utf8")).split("\n").slice(0, -1);
    return { exitCode, shown, lines, summary: await summaryIn(join(folder, "summary.json")) };
  }

  test("a full sync at a budget shows how far it is, and stdout has nothing but Singer", async () => {
    const orders = 7_000;
    const simulator = await simulate({ sizes: { orders } });

    const { exitCode, shown, lines, summary } = await sync(simulator, { requests_per_minute: 300 });

    expect(exitCode, shown).toBe(0);
    const states = [...shown.matchAll(/\rorders: ([\d,]+) of 7,000 rows \((\d+) %\)/g)];
    const percents = states.map(([, , percent]) => Number(percent));
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    // Beyond the burst of 60 requests the budget has them wait, on a machine that is not slower anyway.
    expect(new Set(percents).size).toBeGreaterThan(2);
    expect(shown).toMatch(/\(\d+ %\).*; \d+ of 300 requests a minute/);
    const requests = requestCount(simulator);
    expect(shown.trimEnd().split("\n").at(-1)).toMatch(
      new RegExp(`INFO 1 of 1 stream complete: 7,000 rows, ${requests} requests, [\\d.]+ s$`),
    );
    expect(summary).toMatchObject({ exit_code: 0, rows: orders, requests });
    expect(messagesOf(lines).filter(({ type }) => type === "RECORD")).toHaveLength(orders);
    expect(idsOf(lines, "orders")).toEqual(listedIds(simulator, "orders"));
  });

  test("a wait is shown with its reason", async () => {
    const simulator = await simulate({
      rateLimit: { requestsPerMinute: 3, retryAfterSeconds: 2 },
      sizes: { orders: 60 },
    });

    const { exitCode, shown } = await sync(simulator, { page_size: 10 });

    expect(exitCode, shown).toBe(0);
    expect(shown).toMatch(/\rorders: .*; waiting [12] s as Polar asks to \(429\)/);
  });
});

describe("elsewhere", () => {
  test("the log has a line at the start and the end of each stream, and the summary", async () => {
    const simulator = await simulate({ sizes: { orders: 230 } });

    const { exitCode, stderr, lines } = await runTap({ config: configFor(simulator) });

    expect(exitCode).toBe(0);
    expect(stderr).not.toContain("\r");
    const sizes = { ...shortLists, orders: 230, organizations: 1 };
    for (const [stream, size] of Object.entries(sizes)) {
      const done = Math.min(size, 100);
      const percent = Math.floor((100 * done) / size);
      const start = `INFO ${stream}: reading: ${done} of ${size} rows (${percent} %); `;
      expect(stderr).toContain(start);
      const ofStream = ({ path }: { path: string }) => path.startsWith(`/v1/${stream}/`);
      const requests = simulator.requests.filter(ofStream).length;
      const end = new RegExp(`INFO ${stream}: complete: ${size} rows?, ${requests} requests?, `);
      expect(stderr).toMatch(end);
      expect(stderr).toMatch(
        new RegExp(`INFO ${stream} +${size} +${requests} +[\\d.]+ {2}complete`),
      );
    }
    const all = recordsOf(lines).length;
    expect(lastLineOf(stderr)).toMatch(
      new RegExp(
        `INFO 8 of 8 streams complete: ${all} rows, ${requestCount(simulator)} requests, [\\d.]+ s$`,
      ),
    );
  });

  test("parents are counted where each is asked for, and requests where there are ranges", async () => {
    const simulator = await simulate({ sizes: { customers: 7 } });

    const { stderr } = await runTap({
      config: configFor(simulator),
      catalog: catalogOf("payment_methods", "metrics", "events"),
    });

    expect(stderr).toMatch(/payment_methods: reading: \d of 7 customers/);
    expect(stderr).toMatch(/metrics: reading: 1 of \d+ requests/);
    const events = simulator.rows("events").length.toLocaleString("en");
    expect(stderr).toMatch(new RegExp(`events: reading: \\d+ of ${events} rows`));
  });

  test("rows that come with those of another stream need no requests of their own", async () => {
    const simulator = await simulate();
    const path = join(await workFolder(), "summary.json");

    await runTap({
      config: configFor(simulator),
      catalog: catalogOf("orders", "order_items"),
      args: ["--summary", path],
    });

    const { streams, requests } = await summaryIn(path);
    expect(streams.map((one) => [one.stream, one.requests])).toEqual([
      ["orders", requestCount(simulator)],
      ["order_items", 0],
    ]);
    expect(requests).toBe(requestCount(simulator));
  });

  test("a list that is caught up tells its requests", async () => {
    const simulator = await simulate({ sizes: { orders: 230 } });
    const config = configFor(simulator);
    const catalog = catalogOf("orders");
    const first = await runTap({ config, catalog });
    const state = messagesOf(first.lines).findLast(({ type }) => type === "STATE");
    const before = requestCount(simulator);

    const { stderr } = await runTap({
      config,
      catalog,
      state: state?.type === "STATE" ? state.value : {},
    });

    const requests = requestCount(simulator) - before;
    expect(stderr).toMatch(
      new RegExp(
        `orders: \\d+ rows of \\d+ touched customers, ${requests} requests; audit agrees \\(230\\); ` +
          "last full sweep 0 hours ago",
      ),
    );
  });
});

describe("the summary", () => {
  test("lists everything that is missing, as the last line does", async () => {
    const scopes = ["customers:read", "organizations:read", "benefits:read"];
    const simulator = await simulate({
      scopes,
      faults: [{ kind: "status", path: "/v1/benefits/" }],
    });
    const path = join(await workFolder(), "summary.json");
    await writeFile(path, "of the run before");

    const { exitCode, stderr } = await runTap({
      config: configFor(simulator, { max_retries: 0, summary: path }),
    });

    const summary = await summaryIn(path);
    const missing = ["checkouts", "orders", "products", "refunds", "subscriptions"];
    const lacking = missing.map((stream) => `${stream}:read`);
    expect(exitCode).toBe(1);
    expect(summary).toMatchObject({ exit_code: 1, complete: false, missing_scopes: lacking });
    expect(summary.streams.map(({ stream }) => stream)).toEqual(defaultStreams);
    const incomplete = summary.streams.filter(({ complete }) => !complete);
    expect(incomplete.map(({ stream }) => stream).sort()).toEqual(["benefits", ...missing]);
    expect(incomplete.every(({ problem }) => problem !== null)).toBe(true);
    expect(lastLineOf(stderr)).toBe(`tap-polar: ${summary.message}`);
    expect(summary.message).toContain(`lacks the scopes ${lacking.join(", ")} (403)`);
    expect(summary.message).toContain("/v1/benefits/ failed");
    expect(stderr).toContain("INFO 2 of 8 streams complete: 26 rows, ");
  });

  test("of a run that was interrupted, or whose token is refused, has all streams", async () => {
    const simulator = await simulate();
    const folder = await workFolder();
    const config = configFor(simulator, { page_size: 10 });
    const summary = (name: string) => ["--summary", join(folder, name)];

    await runTapUntil({ config, args: summary("interrupted") }, "SIGTERM", (_, n) => n === 15);
    await runTap({
      config: { ...config, access_token: "polar_oat_SomebodyElses" },
      args: summary("refused"),
    });

    const interrupted = await summaryIn(join(folder, "interrupted"));
    expect(interrupted).toMatchObject({ exit_code: 143, complete: false });
    const refused = await summaryIn(join(folder, "refused"));
    expect(refused).toMatchObject({ exit_code: 2, rows: 0, message: expect.stringMatching(/401/) });
    for (const { streams } of [interrupted, refused]) {
      expect(streams.map(({ stream }) => stream)).toEqual(defaultStreams);
    }
  });

  test("--summary is written for wrong settings, too, and holds no token", async () => {
    const path = join(await workFolder(), "summary.json");
    const config = { access_token: "polar_oat_4fG7hJ2kL9", api_url: "polar_oat_4fG7hJ2kL9" };

    const { exitCode, stderr } = await runTap({ config, args: ["--summary", path] });

    expect(exitCode).toBe(2);
    const { message, streams } = await summaryIn(path);
    expect(lastLineOf(stderr)).toBe(`tap-polar: ${message}`);
    expect(streams).toEqual([]);
    expect(await readFile(path, "utf8")).not.toContain("4fG7");
  });

  test.each([
    ["/nowhere/summary.json", "summary: /nowhere/summary.json can't be written (ENOENT)"],
    ["/dev/null", "summary: /dev/null is no ordinary file"],
  ])("%s is refused before the first request", async (path, told) => {
    const simulator = await simulate();

    const config = configFor(simulator, { summary: path });
    const { exitCode, stderr, lines } = await runTap({ config });

    expect({ exitCode, lines }).toEqual({ exitCode: 2, lines: [] });
    expect(lastLineOf(stderr)).toContain(told);
    expect(requestCount(simulator)).toBe(0);
    expect(existsSync("/dev/null")).toBe(true);
  });
});
