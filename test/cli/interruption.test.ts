import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Interruption } from "../../src/cli/interruption.ts";
import { createLog } from "../../src/log/log.ts";

describe("an interruption", () => {
  // What ends the process after the grace is not to end this one.
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
  afterEach(() => {
    vi.useRealTimers();
    for (const name of ["SIGINT", "SIGTERM"]) process.removeAllListeners(name);
  });

  const open = async () =>
    new Interruption(await createLog(process.stderr, { LOGLEVEL: "CRITICAL" }));

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("by %s is waited for while it is on its way, and asks for %i", async (name, code) => {
    const interruption = await open();
    expect(interruption.exitCode).toBeUndefined();
    const awaited = interruption.awaited();

    process.emit(name);

    expect(await awaited).toBe(code);
    expect(await interruption.awaited()).toBe(code);
    expect(interruption.signal.aborted).toBe(true);
  });

  it("that does not come is not waited for without end", async () => {
    expect(await (await open()).awaited()).toBeUndefined();
  });
});
