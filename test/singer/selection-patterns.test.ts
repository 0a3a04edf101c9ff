import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserInputError } from "../../src/shared/errors.ts";
import { selectStreams } from "../../src/singer/selection.ts";
import { selectByPatterns } from "../../src/singer/selection-patterns.ts";
import { discover, metadataOf } from "./streams.ts";

const ALL = ["id", "created_at", "amount", "customer", "client_secret"];
const DEFAULT = ["id", "created_at", "amount", "customer"];

/** What is read of a catalog with these patterns, by stream; what is left out inside, behind a `!`. */
function selection(patterns: string, catalog = discover()): Record<string, string[]> {
  const chosen = selectByPatterns(catalog, discover(), patterns.split(","), "--select");
  const selected = selectStreams(chosen, discover(), "catalog.json", () => undefined);
  return Object.fromEntries(
    selected.map(({ stream, columns, excludedPaths }) => [
      stream,
      [
        ...ALL.filter((column) => columns.has(column)),
        ...excludedPaths.map((path) => `!${path.join(".")}`),
      ],
    ]),
  );
}

function mistakesIn(patterns: string): readonly string[] {
  try {
    selection(patterns);
  } catch (error) {
    if (error instanceof UserInputError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("patterns", () => {
  it.each<[patterns: string, read: Record<string, string[]>]>([
    ["events", { events: DEFAULT }],
    ["events.*", { events: DEFAULT }],
    ["*", { orders: DEFAULT, events: DEFAULT }],
    ["*.*", { orders: DEFAULT, events: DEFAULT }],
    ["o*", { orders: DEFAULT }],
    ["orders.amount", { orders: ["id", "amount"] }],
    ["orders.*_at", { orders: ["id", "created_at"] }],
    ["events.amount", { events: ["id", "created_at", "amount"] }],
    ["orders.*,!orders.amount", { orders: ["id", "created_at", "customer"] }],
    ["!orders.amount,orders.*", { orders: ["id", "created_at", "customer"] }],
    ["*,!orders", { events: DEFAULT }],
    ["!*.customer", { orders: ["id", "created_at", "amount"] }],
    ["!orders.customer.email", { orders: [...DEFAULT, "!customer.email"] }],
    ["!orders.customer.address.city", { orders: [...DEFAULT, "!customer.address.city"] }],
  ])("%s", (patterns, read) => {
    expect(selection(patterns)).toEqual(read);
  });

  it("reach what is off by default only by its name", () => {
    expect(selection("orders.*,orders.client_secret")).toEqual({ orders: ALL });
    expect(selection("orders,orders.client_secret")).toEqual({ orders: ALL });
    expect(selection("orders.*secret")).toEqual({ orders: ["id"] });
  });

  it("never take the key away", () => {
    expect(selection("orders,!orders.*")).toEqual({ orders: ["id"] });
  });

  it("lie over the catalog's own selection, which a stream's bare name leaves as it is", () => {
    const catalog = discover();
    metadataOf(catalog.streams[0], "amount").selected = false;
    metadataOf(catalog.streams[1]).selected = true;
    const without = ["id", "created_at", "customer"];

    expect(selection("!events.amount", catalog)).toEqual({ orders: without, events: without });
    expect(selection("orders", catalog)).toEqual({ orders: without });
    expect(selection("orders.*", catalog)).toEqual({ orders: DEFAULT });
  });

  it("find streams that the catalog lacks, and streams without metadata", () => {
    const { streams } = discover();
    expect(selection("*", { streams: streams.slice(1) })).toEqual({
      orders: DEFAULT,
      events: DEFAULT,
    });
    const bare = streams.map(({ metadata: _, ...stream }) => stream);
    expect(selection("!events.amount", { streams: bare })).toEqual({
      orders: ALL,
      events: ALL.filter((column) => column !== "amount"),
    });
  });

  it("leave the catalog that they were given alone", () => {
    const catalog = discover();
    selection("events,!*.amount", catalog);
    expect(catalog).toEqual(discover());
  });

  it.each([
    ["ordesr", '--select: ordesr: there is no stream "ordesr"; did you mean "orders"?'],
    [
      "orders.amuont",
      '--select: orders.amuont: orders has no column "amuont"; did you mean "amount"?',
    ],
    [
      "!orders.amuont",
      '--select: !orders.amuont: orders has no column "amuont"; did you mean "amount"?',
    ],
    ["x*", "--select: x*: fits no stream"],
    ["orders.x*", "--select: orders.x*: fits no column"],
    [
      "!orders.amount.cents",
      "--select: !orders.amount.cents: amount holds a single value, and nothing inside",
    ],
    [
      "orders.customer.email",
      '--select: orders.customer.email: a part of a column cannot be chosen alone; choose orders.customer, and leave parts out with "!"',
    ],
  ])("that fit nothing are told: %s", (patterns, told) => {
    expect(mistakesIn(patterns)).toEqual([told]);
  });

  it("are all told at once", () => {
    expect(mistakesIn("ordesr,events,evnets.id")).toHaveLength(2);
  });

  it("mean what they say, whatever their letters are", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (text) => {
        fc.pre(!/[.*,!]/.test(text) && !["orders", "events"].includes(text.trim()));
        expect(mistakesIn(text)[0]).toContain(`there is no stream "${text.trim()}"`);
      }),
    );
  });
});
