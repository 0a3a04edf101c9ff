import { expect, it } from "vitest";
import { ToldSpans } from "../../../src/sync/changes/told-spans.ts";

const MINUTE = 60_000;
const OVERLAP = 120 * MINUTE;

it("spans reach back as far as a sync looks, and are few, however often it comes", () => {
  for (const minutes of [1, 2, 14, 15, 60, 300]) {
    let spans = ToldSpans.of(-OVERLAP, 0, 0);
    // One row is told in each minute.
    for (let now = minutes; now <= 1_500; now += minutes) {
      spans = spans.extended(now * MINUTE, minutes, OVERLAP);
      const { from = 0, until, count, bookmark } = ToldSpans.read(spans.bookmark);
      expect(until).toBe(now * MINUTE);
      expect(from).toBeLessThanOrEqual(until - OVERLAP);
      expect(count).toBe((until - Math.max(from, 0)) / MINUTE);
      expect(bookmark.spans.length).toBeLessThan(12);
    }
  }
});

it("spans are all kept that do not reach back so far", () => {
  const spans = ToldSpans.of(0, 20 * MINUTE, 3).extended(40 * MINUTE, 2, OVERLAP);
  expect([spans.from, spans.until, spans.count]).toEqual([0, 40 * MINUTE, 5]);
  expect(spans.bookmark.spans.map(({ count }) => count)).toEqual([3, 2]);
});
