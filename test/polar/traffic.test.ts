import { describe, expect, it } from "vitest";
import { Traffic } from "../../src/polar/traffic.ts";
import { keptLog } from "./clients.ts";

function open() {
  const { log, lines } = keptLog();
  let now = 0;
  const traffic = new Traffic({ log, clock: { monotonic: () => now } });
  return { traffic, lines, wait: (milliseconds: number) => (now += milliseconds) };
}

describe("Traffic", () => {
  it("counts requests by priority", () => {
    const { traffic } = open();
    for (const priority of [2, 0, 2]) traffic.sent(priority);
    expect([0, 1, 2].map((priority) => traffic.requestsOf(priority))).toEqual([1, 0, 2]);
  });

  it("tells each request, and once a minute how many there were of each kind", () => {
    const { traffic, lines, wait } = open();
    traffic.ended("/a", 200, 1);
    traffic.ended("/a", undefined, 1);
    wait(59_999);
    traffic.ended("/a", 200, 1);
    expect(lines.filter((line) => line.startsWith("requests"))).toEqual([]);
    wait(1);
    traffic.ended("/b", 200, 1);
    traffic.ended("/a", 200, 1);
    traffic.logTotals();
    traffic.logTotals();
    expect(lines.filter((line) => line.startsWith("requests"))).toEqual([
      ...["requests: /a 200 2", "requests: /a undefined 1", "requests: /b 200 1"],
      "requests: /a 200 1",
    ]);
    expect(lines.filter((line) => line.startsWith("request:"))).toHaveLength(5);
  });

  it("knows the wait that ends last, and none of the usual pace", () => {
    const { traffic, wait } = open();
    traffic.waits(999, "for a moment");
    expect(traffic.wait).toBeUndefined();
    traffic.waits(5_000, "long");
    traffic.waits(2_000, "short");
    wait(1_000);
    expect(traffic.wait).toEqual({ milliseconds: 4_000, reason: "long" });
    wait(4_000);
    expect(traffic.wait).toBeUndefined();
  });
});
