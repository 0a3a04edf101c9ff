import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Simulator } from "../../simulator/index.ts";
import { streams } from "../../src/streams/index.ts";
import {
  catalogOf,
  keysOf,
  keysWritten,
  keyText,
  recordsByStream,
  requestsForParents,
  streamNamed,
  tableRows,
} from "../support/organization.ts";
import {
  confirmedLinesOf,
  lastStateOf,
  messagesOf,
  runTap,
  runTapUntil,
  type TapInput,
} from "../support/run-tap.ts";
import { configFor, requestCount, simulate } from "../support/simulation.ts";

const nested = streams.flatMap(({ name, primaryKey, source }) =>
  source.kind === "nested" ? [{ name, primaryKey, ...source }] : [],
);

function inputFor(simulator: Simulator, names: readonly string[], settings: object = {}): TapInput {
  return { config: configFor(simulator, settings), catalog: catalogOf(...names) };
}

/** A stream's bookmark without its format. */
function bookmarkIn(state: object | undefined, stream: string) {
  const bookmark = z.looseObject({ version: z.number(), sweep: z.looseObject({}).optional() });
  return z.object({ bookmarks: z.record(z.string(), bookmark) }).parse(state).bookmarks[stream];
}

// Each of these streams alone is a test of its own, in all-streams-alone.test.ts.
test.each(nested)("$name comes with the pages of $parent", async ({ name, parent, primaryKey }) => {
  const simulator = await simulate({ ties: "stable" });

  const { lines, exitCode } = await runTap(inputFor(simulator, [name, parent]));

  expect(exitCode).toBe(0);
  expect(requestCount(simulator)).toBe(requestsForParents(simulator, name));
  for (const stream of [name, parent]) {
    expect(keysWritten(lines, stream)).toEqual(await keysOf(simulator, stream));
  }
  const schemas = messagesOf(lines).filter(({ type }) => type === "SCHEMA");
  expect(schemas).toContainEqual(
    expect.objectContaining({ stream: name, key_properties: primaryKey }),
  );
  expect(primaryKey).toHaveLength(2);
});

test("rows that several parents share are told apart by the parent's id, in their order", async () => {
  const simulator = await simulate();

  const { lines } = await runTap(inputFor(simulator, ["product_benefits"]));

  const stream = streamNamed("product_benefits");
  const benefits = recordsByStream(lines).get("product_benefits") ?? [];
  expect(new Set(benefits.map((row) => row.benefit_id)).size).toBeLessThan(benefits.length);
  const expected = tableRows(simulator, "products").flatMap(({ id, benefits: inside }) =>
    z
      .array(z.looseObject({ id: z.string() }))
      .parse(inside)
      .map((benefit, position) => ({
        product_id: id,
        benefit_id: benefit.id,
        position,
      })),
  );
  const byKey = (one: object, other: object) =>
    keyText(stream, { ...one }) < keyText(stream, { ...other }) ? -1 : 1;
  expect(benefits.toSorted(byKey)).toEqual(expected.toSorted(byKey));
});

test("an empty array brings no rows, and does no harm", async () => {
  const simulator = await simulate({ sizes: { orders: 6 } });
  const [first = ""] = tableRows(simulator, "orders").map(({ id }) => String(id));
  simulator.update("orders", first, { items: [] });

  const { lines, exitCode } = await runTap(inputFor(simulator, ["orders", "order_items"]));

  expect(exitCode).toBe(0);
  const items = keysWritten(lines, "order_items");
  expect(items).toEqual(await keysOf(simulator, "order_items"));
  expect(items.filter((key) => key.includes(first))).toEqual([]);
  expect(items).not.toHaveLength(0);
});

describe.each([
  { items: null },
  { items: { a: 1 } },
  { items: "none" },
  { items: [7] },
  { items: [{ id: null }] },
  { items: [{ id: 5 }] },
])("$items where rows should stand", (change) => {
  const settings = { emit_activate_version_messages: true };

  test.each([[["orders", "order_items"]], [["order_items"]]])(
    "makes the stream inside incomplete and nothing else: %s",
    async (names) => {
      const simulator = await simulate({ sizes: { orders: 6 } });
      const [first = ""] = tableRows(simulator, "orders").map(({ id }) => String(id));
      simulator.update("orders", first, change);

      const input = inputFor(simulator, [...names, "refunds"], settings);
      const { lines, exitCode, stderr } = await runTap(input);

      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/order_items is incomplete: 1 rows of order_items .*position/);
      const activated = messagesOf(lines).flatMap((message) =>
        message.type === "ACTIVATE_VERSION" ? [message.stream] : [],
      );
      expect(activated.toSorted()).toEqual(
        [...names, "refunds"].filter((name) => name !== "order_items").toSorted(),
      );
      const expected = tableRows(simulator, "orders").flatMap(({ id, items }) =>
        id === first ? [] : z.array(z.looseObject({ id: z.string() })).parse(items),
      );
      expect(recordsByStream(lines).get("order_items")).toHaveLength(expected.length);
      if (names.includes("orders")) {
        expect(recordsByStream(lines).get("orders")).toHaveLength(6);
      }
    },
  );
});

describe("a group that one list feeds", () => {
  const group = ["products", "product_prices", "product_benefits"];
  const sizes = { products: 90 };
  const settings = { page_size: 5, concurrency: 1 };

  test.each([1, 3, 6, 12, 17])("goes on together when killed at page %i", async (page) => {
    const simulator = await simulate({ sizes, ties: "stable" });
    const input = inputFor(simulator, group, settings);
    // It gets no further than that, and has written all that came before.
    simulator.setFaults([{ kind: "stall", path: "/v1/products/", page }]);
    const productsBefore = (page - 1) * settings.page_size;
    let products = 0;
    const killed = await runTapUntil(input, "SIGKILL", (line) => {
      if (line.startsWith('{"type":"RECORD","stream":"products"')) products++;
      return products === productsBefore;
    });
    expect(killed.signal).toBe("SIGKILL");
    simulator.setFaults([]);
    const state = lastStateOf(killed.lines);
    const before = requestCount(simulator);
    const resumed = await runTap({ ...input, state });

    expect(resumed.exitCode).toBe(0);
    for (const name of group) {
      const together = new Set([
        ...keysWritten(confirmedLinesOf(killed.lines), name),
        ...keysWritten(resumed.lines, name),
      ]);
      expect([...together].sort()).toEqual(await keysOf(simulator, name));
      expect(bookmarkIn(lastStateOf(resumed.lines), name)?.version).toBe(
        bookmarkIn(lastStateOf(resumed.lines), "products")?.version,
      );
    }
    if (state) expect(requestCount(simulator) - before).toBeLessThan(18);
    else expect(page).toBeLessThanOrEqual(6);
  });

  test("begins anew when one of it did not take part in the interrupted run", async () => {
    const simulator = await simulate({ sizes, ties: "stable" });
    const killed = await runTapUntil(
      inputFor(simulator, ["products"], settings),
      "SIGKILL",
      (line) => line.includes('"sweep"'),
    );
    const state = lastStateOf(killed.lines);
    expect(bookmarkIn(state, "products")?.sweep).toBeDefined();

    const { lines, exitCode } = await runTap({ ...inputFor(simulator, group, settings), state });

    expect(exitCode).toBe(0);
    for (const name of group) {
      expect(keysWritten(lines, name)).toEqual(await keysOf(simulator, name));
      const { version } = bookmarkIn(lastStateOf(lines), name) ?? {};
      expect(version).toBeGreaterThan(bookmarkIn(state, "products")?.version ?? 0);
    }
  });

  test("is activated as one", async () => {
    const simulator = await simulate({ sizes: { products: 12 } });
    const input = inputFor(simulator, group, { emit_activate_version_messages: true });

    const { lines } = await runTap(input);

    const activations = messagesOf(lines).flatMap((message) =>
      message.type === "ACTIVATE_VERSION" ? [message] : [],
    );
    expect(activations.map(({ stream }) => stream).sort()).toEqual(group.toSorted());
    expect(new Set(activations.map(({ version }) => version)).size).toBe(1);
    for (const message of messagesOf(lines)) {
      if (message.type === "RECORD") expect(message.version).toBe(activations[0]?.version);
    }
  });

  test("fails as one, each with the scope it lacks", async () => {
    const simulator = await simulate({ scopes: ["benefits:read"] });

    const { exitCode, stderr } = await runTap(inputFor(simulator, [...group, "benefits"]));

    expect(exitCode).toBe(2);
    expect(streamNamed("product_prices").scope).toBe("products:read");
    for (const name of group) {
      expect(stderr).toMatch(new RegExp(`${name} is incomplete: .*products:read`));
    }
  });
});
