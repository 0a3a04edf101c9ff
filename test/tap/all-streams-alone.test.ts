import { expect, test } from "vitest";
import { streams } from "../../src/streams/index.ts";
import {
  catalogOf,
  daysBetween,
  keysOf,
  keysWritten,
  requestsForParents,
  requestsOf,
} from "../support/organization.ts";
import { lastStateOf, runTap } from "../support/run-tap.ts";
import { configFor, requestCount, simulate } from "../support/simulation.ts";

const startDate = "2025-07-01";
const lastDay = "2026-08-20";
const sizes = { members: 130, events: 160, webhook_deliveries: 110 };

/**
 * Ties keep still, so that no list has to be read twice: the requests are the pages of the stream
 * and of the lists of its parents, one request for each parent, and nothing else.
 */
test.each(streams)("$name is complete without the others", async ({ name }) => {
  const simulator = await simulate({ sizes, ties: "stable" });

  const { lines, exitCode } = await runTap({
    config: configFor(simulator, { start_date: startDate }),
    catalog: catalogOf(name),
    frozenAt: `${lastDay}T12:00:00.000Z`,
  });

  expect(exitCode).toBe(0);
  // A range has 366 days at most, so 416 days make two.
  const least = requestsOf(simulator, name, 2) + requestsForParents(simulator, name);
  expect(requestCount(simulator)).toBe(least);
  const expected = await keysOf(simulator, name, daysBetween(startDate, lastDay));
  expect(expected).not.toHaveLength(0);
  expect(keysWritten(lines, name)).toEqual(expected);
  expect(Object.keys(lastStateOf(lines)?.bookmarks ?? {})).toEqual([name]);
});
