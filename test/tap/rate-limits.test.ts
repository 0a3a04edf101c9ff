import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { fakeApi } from "../support/fake-api.ts";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { lastStateOf, runTap, runTapUntil } from "../support/run-tap.ts";
import { configFor, listedIds, requestCount, simulate } from "../support/simulation.ts";

/** Without the requests that a later sync needs: of exports, and of where the sources of changes stand. */
const plain = { use_exports: false, full_sweep_hours: 0 };

test("429: everything waits as long as the API says, the wait is logged, and no row is lost", async () => {
  const simulator = await simulate({
    sizes: { customers: 120 },
    ties: "stable",
    rateLimit: { requestsPerMinute: 8, retryAfterSeconds: 1 },
  });

  const config = configFor(simulator, { ...plain, page_size: 10, max_retries: 0 });
  const { lines, exitCode, stderr } = await runTap({
    config,
    catalog: catalogOf("customers", "orders"),
  });

  expect(exitCode).toBe(0);
  expect(idsOf(lines, "customers")).toEqual(listedIds(simulator, "customers"));
  expect(idsOf(lines, "orders")).toEqual(listedIds(simulator, "orders"));
  const statuses = simulator.requests.map(({ status }) => status);
  const refused = statuses.filter((status) => status === 429).length;
  // Twelve pages and three, the newest page of each before and after, and three counts of ranges.
  expect(statuses).toHaveLength(12 + 2 + 3 + 2 + 3 + refused);
  // Of the first window one request is free: that which makes the token known.
  expect(statuses.indexOf(429)).toBe(9);
  const waits = stderr.match(/WARN.*asks to slow down \(429\): all requests wait 1 s\./g) ?? [];
  expect(waits.length).toBeGreaterThan(0);
  // Requests under way together may be refused together; nobody asks again before the wait is over.
  expect(refused).toBeLessThanOrEqual(4 * waits.length);
});

test("the budget: no request more, and the wait is logged", async () => {
  const simulator = await simulate({ sizes: { customers: 100 }, ties: "stable" });
  const config = configFor(simulator, {
    ...plain,
    page_size: 10,
    requests_per_minute: 6,
  });

  // Five pages in order, and the last one, which is read early: that is all until a minute is over.
  const { lines, stderr, exitCode } = await runTapUntil(
    { config, catalog: catalogOf("customers") },
    "SIGTERM",
    (_, count) => count === 51,
  );

  expect(exitCode).toBe(143);
  expect(requestCount(simulator)).toBe(6);
  expect(idsOf(lines, "customers")).toHaveLength(50);
  expect(stderr).toMatch(/Waiting (59|60) s: 6 requests in a minute are the budget/);
});

test("a budget that is not used up is not felt", async () => {
  const simulator = await simulate({ sizes: { customers: 100 }, ties: "stable" });
  const config = configFor(simulator, {
    ...plain,
    page_size: 10,
    requests_per_minute: 12,
  });

  const { stderr, exitCode } = await runTap({ config, catalog: catalogOf("customers") });

  expect(exitCode).toBe(0);
  expect(requestCount(simulator)).toBe(12);
  expect(stderr).not.toContain("Waiting");
});

test.each([1, 3])("the first call is alone, then there are %i at once", async (concurrency) => {
  const simulator = await simulate({ sizes: { customers: 60, orders: 60 } });
  let underWay = 0;
  let most = 0;
  let answered = 0;
  const underWayBeforeFirstAnswer: number[] = [];
  const api = await fakeApi(async ({ path, query, headers }) => {
    underWay++;
    most = Math.max(most, underWay);
    if (answered === 0) underWayBeforeFirstAnswer.push(underWay);
    // Long enough for whatever else is on its way.
    await delay(20);
    const answer = await fetch(`${simulator.url}${path}?${query}`, {
      headers: { authorization: headers.authorization ?? "" },
    });
    const body = await answer.text();
    underWay--;
    answered++;
    return { body };
  });

  const config = configFor(simulator, { api_url: api.url, page_size: 10, concurrency });
  const { exitCode } = await runTap({ config, catalog: catalogOf("customers", "orders") });

  expect(exitCode).toBe(0);
  expect(underWayBeforeFirstAnswer).toEqual([1]);
  expect(most).toBe(concurrency);
});

test("a long wait ends with the run", async () => {
  const simulator = await simulate({
    sizes: { customers: 100 },
    ties: "stable",
    faults: [{ kind: "rate-limit", seconds: 1800, after: 6 }],
  });

  const config = configFor(simulator, { ...plain, page_size: 10, concurrency: 1 });
  const { lines, exitCode } = await runTapUntil(
    { config, catalog: catalogOf("customers") },
    "SIGTERM",
    (_, count) => count === 51,
  );

  expect(exitCode).toBe(143);
  expect(lastStateOf(lines.slice(-1))).toMatchObject({ bookmarks: { customers: { sweep: {} } } });
});
