import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/polar/clock.ts";

describe("systemClock", () => {
  it("ends a sleep with the signal's reason, also when that has been given before", async () => {
    const abort = new AbortController();
    const reason = new Error("over");
    const sleep = systemClock.sleep(1_000_000, abort.signal);
    abort.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    await expect(systemClock.sleep(1, abort.signal)).rejects.toBe(reason);
  });

  it("sleeps until the time has come", async () => {
    const { signal } = new AbortController();
    await expect(systemClock.sleep(1, signal)).resolves.toBeUndefined();
  });
});
