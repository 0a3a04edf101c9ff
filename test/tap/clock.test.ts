/** A machine whose clock is wrong: what counts is the API's. */
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { catalogOf } from "../support/organization.ts";
import { idsOf } from "../support/records.ts";
import { lastStateOf, messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, listedIds, simulate } from "../support/simulation.ts";

const DAY = 86_400_000;

/** A simulator whose rows reach up to now, and that tells the time. */
const simulateNow = () => simulate({ sizes: { events: 600 }, now: new Date(), date: "machine" });

const daysAway = (days: number) => new Date(Date.now() + days * DAY).toISOString();

const bookmarkOf = (state: object | undefined) =>
  z.object({ bookmarks: z.object({ events: z.record(z.string(), z.unknown()) }) }).parse(state)
    .bookmarks.events;

describe.each([
  ["200 days slow", -200, /WARNING The clock of this machine is 200 days slow.*Set the clock/],
  ["10 days fast", 10, /WARNING The clock of this machine is 10 days fast/],
])("%s", (_, days, warning) => {
  test("all events come, and their state does not go by the wrong time", async () => {
    const simulator = await simulateNow();
    const config = configFor(simulator);
    const catalog = catalogOf("events");

    const first = await runTap({ config, catalog, frozenAt: daysAway(days) });
    const state = lastStateOf(first.lines);
    const second = await runTap({ config, catalog, state, frozenAt: daysAway(days) });

    expect(first.exitCode).toBe(0);
    expect(new Set(idsOf(first.lines, "events"))).toEqual(new Set(listedIds(simulator, "events")));
    expect(idsOf(first.lines, "events")).toHaveLength(600);
    expect(first.stderr.match(new RegExp(warning, "g"))).toHaveLength(1);
    expect(second.exitCode).toBe(0);
    expect(second.stderr).toMatch(warning);
    // The second has counted what lies behind it once more; where it stands is the same.
    expect(lastStateOf(second.lines)).toEqual({
      bookmarks: { events: { ...bookmarkOf(state), counted: expect.anything() } },
    });
  });

  test("and the figures of today", async () => {
    const simulator = await simulateNow();
    const config = configFor(simulator, { start_date: daysAway(-30) });

    const { exitCode, lines } = await runTap({
      config,
      catalog: catalogOf("metrics"),
      frozenAt: daysAway(days),
    });

    expect(exitCode).toBe(0);
    const state = lastStateOf(lines);
    const today = daysAway(0).slice(0, 10);
    expect(JSON.stringify(state?.bookmarks.metrics)).toContain(today);
    expect(messagesOf(lines).filter(({ type }) => type === "RECORD")).toHaveLength(31);
  });
});

test("a state from a time that the clock says is yet to come: what came since is read", async () => {
  const simulator = await simulateNow();
  const config = configFor(simulator);
  const catalog = catalogOf("events", "metrics");
  const first = await runTap({ config, catalog });
  const id = simulator.insert("events");

  const second = await runTap({
    config,
    catalog,
    state: lastStateOf(first.lines),
    frozenAt: daysAway(-200),
  });

  expect(second.exitCode).toBe(0);
  expect(idsOf(second.lines, "events")).toContain(id);
  const metrics = messagesOf(second.lines).filter(
    (message) => message.type === "RECORD" && message.stream === "metrics",
  );
  expect(metrics).toHaveLength(91);
});

test("a clock that is right is not spoken of", async () => {
  const simulator = await simulateNow();

  const { stderr } = await runTap({ config: configFor(simulator), catalog: catalogOf("events") });

  expect(stderr).not.toContain("clock");
});
