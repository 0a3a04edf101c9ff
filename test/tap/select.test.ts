/** `--select`, the setting `select`, and `--test`. */
import { describe, expect, test } from "vitest";
import { lastLineOf } from "../support/discretion.ts";
import { catalogOf } from "../support/organization.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";
import { configFor, defaultStreams, requestCount, simulate } from "../support/simulation.ts";

const typesOf = (lines: readonly string[]) =>
  messagesOf(lines).map((message) =>
    "stream" in message ? `${message.type} ${message.stream}` : message.type,
  );

/** The columns of each SCHEMA. */
function columnsOf(lines: readonly string[]): Record<string, string[]> {
  return Object.fromEntries(
    messagesOf(lines).flatMap((message) =>
      message.type === "SCHEMA"
        ? [[message.stream, Object.keys(message.schema.properties ?? {}).sort()]]
        : [],
    ),
  );
}

describe("--select", () => {
  const args = ["--select", "refunds.amount,products.name,!products.name"];
  const columns = { products: ["id"], refunds: ["amount", "created_at", "id"] };

  test("chooses what a sync reads", async () => {
    const simulator = await simulate();

    const { exitCode, lines } = await runTap({ config: configFor(simulator), args });

    expect(exitCode).toBe(0);
    expect(columnsOf(lines)).toEqual(columns);
    expect(requestCount(simulator)).toBe(2);
  });

  test("as a setting, too, which the command line replaces", async () => {
    const simulator = await simulate();
    const config = configFor(simulator, { select: args[1] });

    const { lines } = await runTap({ config });
    const { lines: replaced } = await runTap({ config, args: ["--select", "benefits.type"] });

    expect(columnsOf(lines)).toEqual(columns);
    expect(columnsOf(replaced)).toEqual({ benefits: ["id", "type"] });
  });

  test("lies over the catalog's own selection", async () => {
    const simulator = await simulate();
    const catalog = catalogOf("refunds", "events");

    const { lines } = await runTap({
      config: configFor(simulator),
      catalog,
      args: ["--select", "!events"],
    });

    expect(Object.keys(columnsOf(lines))).toEqual(["refunds"]);
  });

  test("writes itself into a discovered catalog, which then reads the same", async () => {
    const simulator = await simulate();
    const config = configFor(simulator);

    const { lines, exitCode } = await runTap({ args: ["--discover", ...args] });
    const { lines: read } = await runTap({ config, catalog: lines.join("\n") });
    const fromSetting = await runTap({ config: { select: args[1] }, args: ["--discover"] });

    expect(exitCode).toBe(0);
    expect(columnsOf(read)).toEqual(columns);
    expect(fromSetting.lines).toEqual(lines);
  });

  test.each(["sync", "--discover", "--test"])(
    "a name that fits nothing ends a %s",
    async (kind) => {
      const simulator = await simulate();
      const mode = kind === "sync" ? [] : [kind];
      const wrong = ["--select", "ordesr,refunds.amuont"];

      const run = await runTap({ config: configFor(simulator), args: [...mode, ...wrong] });

      expect(run).toMatchObject({ exitCode: 2, lines: [] });
      expect(run.stderr).toContain('there is no stream "ordesr"; did you mean "orders"?');
      expect(run.stderr).toContain('no column "amuont"; did you mean "amount"?');
      expect(requestCount(simulator)).toBe(0);
    },
  );
});

describe("--test", () => {
  test("reads one record of each selected stream, and no state", async () => {
    const simulator = await simulate();

    const { exitCode, lines, stderr } = await runTap({
      config: configFor(simulator),
      args: ["--test"],
    });

    expect(exitCode, stderr).toBe(0);
    const expected = defaultStreams.flatMap((name) => [`SCHEMA ${name}`, `RECORD ${name}`]);
    expect(typesOf(lines)).toEqual(expected);
  });

  test("stops early: a large list costs no more than a short one", async () => {
    const simulator = await simulate({ sizes: { orders: 20_000 } });

    await runTap({ config: configFor(simulator), args: ["--test", "--select", "orders"] });

    expect(requestCount(simulator)).toBeLessThan(20);
  });

  test("tells which stream can't be read, and goes on", async () => {
    const simulator = await simulate({ scopes: ["products:read"], sizes: { discounts: 0 } });

    const { exitCode, lines, stderr } = await runTap({
      config: configFor(simulator),
      args: ["--test", "--select", "orders,products"],
    });

    expect(exitCode).toBe(2);
    expect(typesOf(lines)).toEqual(["SCHEMA products", "RECORD products", "SCHEMA orders"]);
    expect(lastLineOf(stderr)).toContain("orders is incomplete: The access token may not read");
  });

  test("an empty stream has no record, and nothing is wrong with it", async () => {
    const simulator = await simulate({ sizes: { refunds: 0 } });

    const { exitCode, lines, stderr } = await runTap({
      config: configFor(simulator),
      args: ["--test", "--select", "refunds"],
    });

    expect(exitCode, stderr).toBe(0);
    expect(typesOf(lines)).toEqual(["SCHEMA refunds"]);
    expect(stderr).toContain("refunds has no rows.");
  });
});
