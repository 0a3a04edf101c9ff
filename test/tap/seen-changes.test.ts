import { describe, expect, test, vi } from "vitest";
import { changeKinds, type Simulator } from "../../simulator/index.ts";
import { streams } from "../../src/streams/index.ts";
import { Cast, calm } from "../support/cast.ts";
import { everythingOf, streamNamed } from "../support/organization.ts";
import { isSeen, seenChange, seenChanges } from "../support/seen-changes.ts";
import { defaultStreams, simulate } from "../support/simulation.ts";
import { Warehouse } from "../support/warehouse.ts";

// Hundreds of rows, in pages of five, three times.
vi.setConfig({ testTimeout: 180_000 });

/** All lists that need no scope of a source of hints. */
const lists = streams
  .filter(({ source, scope }) => source.kind === "list" && scope !== "webhooks:read")
  .map(({ name }) => name);
const scopesOf = (names: readonly string[]) => names.map((name) => streamNamed(name).scope);
const defaultLists: readonly string[] = defaultStreams.filter((name) => lists.includes(name));

/** These are read whole as soon as one of them has come, and so see whatever there is. */
const imports = ["order.import", "subscription.import"];
const kinds = seenChanges.flatMap((change) => change.kinds);

/** Many more rows than are touched: otherwise the lists would be read whole. */
const many = Object.fromEntries(
  ["orders", "customers", "subscriptions", "checkouts", "refunds", "payments", "members"].map(
    (name) => [name, 400],
  ),
);

async function organization(scopes: readonly string[]): Promise<Simulator> {
  const sizes = { ...many, benefit_grants: 400, events: 20, webhook_deliveries: 5 };
  const simulator = await simulate({
    spread: true,
    ties: "stable",
    date: "simulator",
    sizes,
    scopes,
  });
  simulator.subscribe();
  calm(simulator);
  return simulator;
}

/** What differs from the API, as `stream id`. */
const differing = (warehouse: Warehouse, names: readonly string[]) =>
  names.flatMap((name) => warehouse.different(name).map((id) => ({ name, id })));

test("of each kind of change to a list it is declared what sees it", () => {
  const changed = [...changeKinds.values()].filter(
    // Nobody is shown a deleted customer.
    ({ list, ofHidden }) => lists.includes(list) && ofHidden !== true,
  );
  expect(kinds.toSorted()).toEqual(changed.map(({ name }) => name).sort());
});

/** Small pages, no full sweep that is not asked for, and nothing that the exports would show besides. */
const withoutExports = { page_size: 5, full_sweep_hours: 1_000, use_exports: false };

describe.each([
  {
    sight: "webhooks",
    selected: lists,
    scopes: [...scopesOf(lists), "events:read", "webhooks:read"],
  },
  { sight: "events", selected: lists, scopes: [...scopesOf(lists), "events:read"] },
  { sight: "lists", selected: defaultLists, scopes: scopesOf(defaultLists) },
] as const)("with $scopes", ({ sight, selected, scopes }) => {
  test(`the next sync sees what is declared to be seen with ${sight}, and a sweep the rest`, async () => {
    const simulator = await organization(scopes);
    const tried = kinds.filter(
      (kind) =>
        selected.includes(changeKinds.get(kind)?.list ?? "") &&
        !seenChange(kind)?.copies &&
        !imports.includes(kind),
    );
    const casts = tried.map((kind) => new Cast(simulator, kind));
    simulator.clock.advance(7_200);
    const warehouse = new Warehouse(simulator, withoutExports);
    const catalog = everythingOf(...selected);
    await warehouse.sync(catalog);
    // What was open is remembered from the second sync on, where no column tells.
    simulator.clock.advance(7_200);
    await warehouse.sync(catalog);
    expect(differing(warehouse, selected)).toEqual([]);

    simulator.clock.advance(7_200);
    const struck = new Map(casts.map((cast) => [cast.act(), cast]));
    simulator.clock.advance(60);
    const { exitCode } = await warehouse.sync(catalog);

    const stale = differing(warehouse, selected);
    const unseen = stale.flatMap(({ id }) => struck.get(id)?.kind ?? []);
    const blind = casts.filter(({ kind }) => !isSeen(kind, sight));
    // Of what was deleted only copies are left.
    const shown = blind.filter(({ kind }) => changeKinds.get(kind)?.does !== "delete");
    expect(unseen.sort()).toEqual(shown.map(({ kind }) => kind).sort());
    const others = stale.filter(({ id }) => !struck.has(id) && !blind.some((cast) => cast.has(id)));
    expect(others).toEqual([]);
    expect(exitCode).toBe(0);

    await warehouse.sync(catalog, { full_sweep_hours: 0 });
    expect(differing(warehouse, selected)).toEqual([]);
  });
});

describe("with everything that there is to go by", () => {
  const scopes = [...scopesOf(lists), "events:read", "webhooks:read"];

  test("what rows hold of others is as declared: right in the row itself, late in its copies", async () => {
    const simulator = await organization(scopes);
    const tried = kinds.filter((kind) => seenChange(kind)?.copies);
    const casts = tried.map((kind) => new Cast(simulator, kind));
    simulator.clock.advance(7_200);
    const warehouse = new Warehouse(simulator, withoutExports);
    const catalog = everythingOf(...lists);
    await warehouse.sync(catalog);

    simulator.clock.advance(7_200);
    const struck = casts.map((cast) => cast.act());
    await warehouse.sync(catalog);

    const stale = differing(warehouse, lists);
    expect(stale.filter(({ id }) => struck.includes(id))).toEqual([]);
    const copies = tried.flatMap((kind) => seenChange(kind)?.copies ?? []);
    expect([...new Set(stale.map(({ name }) => name))].sort()).toEqual([...new Set(copies)].sort());

    await warehouse.sync(catalog, { full_sweep_hours: 0 });
    expect(differing(warehouse, lists)).toEqual([]);
  });

  test.each(imports)("%s is seen by its count", async (kind) => {
    const simulator = await organization(scopes);
    const warehouse = new Warehouse(simulator, {
      page_size: 20,
      full_sweep_hours: 1_000,
      use_exports: false,
    });
    const catalog = everythingOf("orders", "subscriptions");
    await warehouse.sync(catalog);
    simulator.clock.advance(7_200);
    const imported = simulator.change(kind);

    await warehouse.sync(catalog);

    const stale = differing(warehouse, ["orders", "subscriptions"]);
    expect(stale.map(({ id }) => id)).not.toContain(imported);
  });
});
