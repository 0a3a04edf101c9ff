import { describe, expect, test } from "vitest";
import { catalogOf } from "../support/organization.ts";
import { lastStateOf, messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, defaultStreams, simulate } from "../support/simulation.ts";

const frozenAt = "2026-11-01T12:00:00.000Z";
const epoch = Date.parse(frozenAt) / 1_000;

/** The versions of a stream's records, and of its ACTIVATE_VERSION messages. */
function versionsOf(lines: readonly string[], stream: string) {
  const messages = messagesOf(lines);
  return {
    records: new Set(
      messages.flatMap((message) =>
        message.type === "RECORD" && message.stream === stream ? [message.version] : [],
      ),
    ),
    activated: messages.flatMap((message) =>
      message.type === "ACTIVATE_VERSION" && message.stream === stream ? [message.version] : [],
    ),
  };
}

describe("ACTIVATE_VERSION", () => {
  test("follows the records of each whole stream, empty ones too", async () => {
    const simulator = await simulate({ sizes: { refunds: 0 } });
    const config = configFor(simulator, { emit_activate_version_messages: true });

    const { lines } = await runTap({ config, frozenAt });

    for (const stream of defaultStreams) {
      const { records, activated } = versionsOf(lines, stream);
      expect(activated).toEqual([epoch]);
      if (stream !== "refunds") expect(records).toEqual(new Set([epoch]));
    }
    const steps = messagesOf(lines).map((message) =>
      message.type === "STATE" ? "STATE" : `${message.type} ${message.stream}`,
    );
    for (const stream of defaultStreams) {
      const activated = steps.indexOf(`ACTIVATE_VERSION ${stream}`);
      expect(activated).toBeGreaterThan(steps.lastIndexOf(`RECORD ${stream}`));
    }
    expect(steps.at(-1)).toBe("STATE");
  });

  test("is opt-in, as are the records' versions", async () => {
    const simulator = await simulate();

    const { lines } = await runTap({ config: configFor(simulator) });

    for (const stream of defaultStreams) {
      const { records, activated } = versionsOf(lines, stream);
      expect({ records, activated }).toEqual({ records: new Set([undefined]), activated: [] });
    }
  });

  test("is not sent for a stream with a row that can't be read, nor for a refused one", async () => {
    const scopes = ["orders:read", "products:read"];
    const faults = [{ kind: "poison", path: "/v1/orders/", rows: [3] } as const];
    const simulator = await simulate({ scopes, faults });
    const config = configFor(simulator, { emit_activate_version_messages: true, max_retries: 3 });
    const catalog = catalogOf("orders", "products", "refunds");

    const { lines, exitCode } = await runTap({ config, catalog, frozenAt });

    expect(exitCode).toBe(1);
    const activated = messagesOf(lines).flatMap((message) =>
      message.type === "ACTIVATE_VERSION" ? [message.stream] : [],
    );
    expect(activated).toEqual(["products"]);
  });
});

test("versions grow from sync to sync, even within one second and against the clock", async () => {
  const simulator = await simulate();
  const config = configFor(simulator, { emit_activate_version_messages: true });
  const catalog = catalogOf("products");

  const first = await runTap({ config, catalog, frozenAt });
  const state = lastStateOf(first.lines);
  const second = await runTap({ config, catalog, frozenAt, state });
  const third = await runTap({
    config,
    catalog,
    frozenAt: "2020-01-01T00:00:00.000Z",
    state: lastStateOf(second.lines),
  });

  const runs = [first, second, third];
  const activated = runs.flatMap(({ lines }) => versionsOf(lines, "products").activated);
  expect(activated).toEqual([epoch, epoch + 1, epoch + 2]);
});
