import { describe, expect, it } from "vitest";
import { canCollect, ParentCollector, readParents } from "../../../src/sync/lists/parents.ts";
import { streamNamed, tableRows } from "../../support/organization.ts";
import { simulate } from "../../support/simulation.ts";
import { rowsFrom, rowsOf } from "../rows.ts";
import { contextFor, laneOf } from "../syncs.ts";

const benefits = streamNamed("benefits");
const downloads = { type: "downloadables" };

function collect(choice: ConstructorParameters<typeof ParentCollector>[0], objects: object[]) {
  const collector = new ParentCollector(choice);
  const rows = rowsFrom(objects);
  for (let row = 0; row < rows.count; row++) collector.add(rows, row);
  return collector;
}

describe("parents gathered from the rows of their list", () => {
  it("are all of them, in the order of their ids", () => {
    const { ids } = collect({ stream: benefits }, [{ id: "c" }, { id: "a" }, { id: "b" }]);
    expect(ids).toEqual(["a", "b", "c"]);
  });

  it("are each there once, though their list was begun anew", () => {
    const { ids } = collect({ stream: benefits }, [{ id: "a" }, { id: "b" }, { id: "a" }]);
    expect(ids).toEqual(["a", "b"]);
  });

  it("are those that the API's filter would leave", () => {
    const rows = [
      { id: "a", type: "downloadables" },
      { id: "b", type: "custom" },
      { id: "c" },
      { id: "d", type: null },
    ];
    expect(collect({ stream: benefits, query: downloads }, rows).ids).toEqual(["a"]);
  });

  it("are those with a value where there must be one", () => {
    const rows = [
      { id: "a", seats: null },
      { id: "b", seats: 0 },
      { id: "c" },
      { id: "d", seats: 2 },
    ];
    expect(collect({ stream: benefits, has: "seats" }, rows).ids).toEqual(["b", "d"]);
  });

  const collected = (end: { isWhole: boolean; touchedSince?: number; caughtUpAt?: number }) => {
    const collector = new ParentCollector({ stream: benefits });
    const rows = rowsOf('[{"id":"b"},{"id":"a"},{"id":"b"}]');
    for (const row of [0, 1, 2]) collector.add(rows, row);
    collector.finish(end);
    return collector;
  };

  it("are all of them when the whole list has passed, each once, and known as far as the list", async () => {
    const ids = ["a", "b"];
    const whole = { ids, problem: undefined, areTouchedOnly: false, caughtUpAt: 7 };
    expect(await collected({ isWhole: true, caughtUpAt: 7 }).parents(3)).toEqual(whole);
    expect(await collected({ isWhole: true, caughtUpAt: 7 }).parents(undefined)).toEqual(whole);
  });

  it("are those that were touched, for who knows all others as of the same moment", async () => {
    const collector = collected({ isWhole: false, touchedSince: 3, caughtUpAt: 7 });
    const touched = { ids: ["a", "b"], problem: undefined, areTouchedOnly: true, caughtUpAt: 7 };
    expect(await collector.parents(3)).toEqual(touched);
    expect(await collector.parents(2)).toBeUndefined();
    expect(await collector.parents(undefined)).toBeUndefined();
  });

  it("are unknown when the list is not whole", async () => {
    expect(await collected({ isWhole: false }).parents(undefined)).toBeUndefined();
    expect(await collected({ isWhole: false }).parents(3)).toBeUndefined();
  });
});

it("a filter by what is no column can't be told from the rows", () => {
  expect(canCollect({ stream: benefits })).toBe(true);
  expect(canCollect({ stream: benefits, query: downloads })).toBe(true);
  const meters = streamNamed("meters");
  expect(canCollect({ stream: meters, query: { is_archived: "true" } })).toBe(false);
});

describe("parents read for their ids alone", () => {
  it("are filtered by the API, also by what is no column", async () => {
    const simulator = await simulate({ sizes: { meters: 12 } });
    const choice = { stream: streamNamed("meters"), query: { is_archived: "true" } };

    const parents = await readParents(choice, laneOf(contextFor(simulator)));

    const archived = tableRows(simulator, "meters").filter(({ archived_at: at }) => at !== null);
    expect(archived.length).toBeGreaterThan(1);
    expect(parents).toEqual({ ids: archived.map(({ id }) => id).sort(), problem: undefined });
    expect(simulator.requests.every(({ query }) => query.includes("is_archived=true"))).toBe(true);
  });

  it("are those with a value where there must be one", async () => {
    const simulator = await simulate({ sizes: { orders: 60 } });
    const choice = { stream: streamNamed("orders"), has: "seats" };

    const { ids } = await readParents(choice, laneOf(contextFor(simulator)));

    const seated = tableRows(simulator, "orders").filter(({ seats }) => seats !== null);
    expect(seated.length).toBeGreaterThan(0);
    expect(seated.length).toBeLessThan(60);
    expect(ids).toEqual(seated.map(({ id }) => id).sort());
  });

  it("come with what is wrong when they are not all", async () => {
    const simulator = await simulate({ sizes: { customers: 20 } });
    const [{ id = "" } = {}] = simulator.rows("customers");
    simulator.setFaults([{ kind: "poison", ids: [id] }]);

    const parents = await readParents(
      { stream: streamNamed("customers") },
      laneOf(contextFor(simulator)),
    );

    expect(parents.ids).toHaveLength(19);
    expect(parents.problem).toContain("1 rows of customers can't be read");
  });
});
