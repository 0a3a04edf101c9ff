import { describe, expect, it } from "vitest";
import type { Simulator } from "../../../simulator/index.ts";
import type { ClientOptions } from "../../../src/polar/client.ts";
import type { ChildBookmark } from "../../../src/sync/bookmarks/child-bookmark.ts";
import type { Context, LaneContext } from "../../../src/sync/contract/context.ts";
import { syncChildren } from "../../../src/sync/kinds/children.ts";
import { readParents } from "../../../src/sync/kinds/parents.ts";
import { keptLog } from "../../polar/clients.ts";
import { InstantClock } from "../../polar/clocks.ts";
import { streamNamed, tableRows } from "../../support/organization.ts";
import { simulate } from "../../support/simulation.ts";
import { bookmarksOf, columnOf, contextFor, takeAll, taskOf } from "../syncs.ts";

const none: ChildBookmark = { version: undefined, after: undefined };

/** Reads payment methods; `problem` is what is wrong with the list of customers. */
function sync(
  simulator: Simulator,
  options: {
    bookmark?: ChildBookmark;
    problem?: string;
    client?: Partial<ClientOptions>;
    overrides?: Partial<Context>;
  } = {},
) {
  const stream = streamNamed("payment_methods");
  const { source } = stream;
  if (source.kind !== "children") throw new Error("payment methods are read by customer");
  const context = contextFor(simulator, options.client, options.overrides);
  const parents = source.parents.map((parent) => async (lane: LaneContext) => ({
    ...(await readParents({ stream: streamNamed(parent.stream) }, lane)),
    problem: options.problem,
  }));
  const bookmark = options.bookmark ?? none;
  const running = syncChildren(taskOf(stream, source, bookmark, context, parents));
  return { running, clock: context.clock };
}

const customersOf = (simulator: Simulator) =>
  tableRows(simulator, "customers")
    .map(({ id }) => String(id))
    .sort();

/** The parents named by the bookmarks, without the last one, which ends the sync. */
const positionsOf = (taken: Parameters<typeof bookmarksOf>[0]) =>
  bookmarksOf(taken)
    .slice(0, -1)
    .map(({ after }) => after);

describe("a sync parent by parent", () => {
  it("keeps within a small budget with a thousand parents", async () => {
    const simulator = await simulate({
      sizes: { customers: 1_000, payment_methods: 300 },
      ties: "stable",
    });
    const times: number[] = [];
    // Later than the simulator's rows: rows from the future would look like new ones.
    const clock = new InstantClock("2026-11-01T12:00:00Z");
    const log = { ...keptLog().log, requestDuration: () => void times.push(clock.monotonic()) };
    const client = { requestsPerMinute: 60, clock, log };

    const { running } = sync(simulator, { client, overrides: { clock } });
    const { taken, outcomes } = await takeAll(running);

    expect(outcomes).toEqual([{ stream: "payment_methods", problem: undefined }]);
    expect(columnOf(taken, "id")).toHaveLength(300);
    // Ten pages of customers, the newest of them before and after, and one request for each customer.
    expect(times).toHaveLength(10 + 2 + 1_000);
    for (const [index, time] of times.entries()) {
      expect((times[index + 60] ?? Number.POSITIVE_INFINITY) - time).toBeGreaterThanOrEqual(60_000);
    }
  });

  it("takes the parents in the order of their ids and says which one is done", async () => {
    const simulator = await simulate({ sizes: { customers: 45 } });

    const { taken } = await takeAll(sync(simulator).running);

    expect(positionsOf(taken)).toEqual(
      customersOf(simulator).map((id) => ({ stream: "customers", id })),
    );
    expect(bookmarksOf(taken).at(-1)).toMatchObject({ after: undefined });
    expect(taken.filter(({ kind }) => kind === "checkpoint")).toHaveLength(2);
    const owners = columnOf(taken, "customer_id");
    expect(owners).toEqual(owners.toSorted());
  });

  it("goes on after the last one, in the same version", async () => {
    const simulator = await simulate({ sizes: { customers: 30 } });
    const customers = customersOf(simulator);
    const after = { stream: "customers", id: customers[19] ?? "" };

    const { taken } = await takeAll(
      sync(simulator, { bookmark: { version: 7, after }, overrides: { emitActivateVersion: true } })
        .running,
    );

    expect(positionsOf(taken)).toEqual(
      customers.slice(20).map((id) => ({ stream: "customers", id })),
    );
    expect(bookmarksOf(taken).map(({ version }) => version)).toEqual(Array(11).fill(7));
    // It has not seen the rows of the others itself.
    expect(taken.map(({ kind }) => kind)).not.toContain("activate");
  });

  it("activates a version that it has read as a whole", async () => {
    const simulator = await simulate({ sizes: { customers: 5 } });

    const { taken } = await takeAll(
      sync(simulator, { overrides: { emitActivateVersion: true } }).running,
    );

    expect(taken.at(-1)?.kind).toBe("activate");
  });

  it("reads the others when the rows of one can't be read, and does not pass it by", async () => {
    const simulator = await simulate({ sizes: { customers: 12, payment_methods: 60 } });
    const customers = customersOf(simulator);
    const ofFifth = tableRows(simulator, "payment_methods").filter(
      ({ customer_id: customer }) => customer === customers[4],
    );
    const poison = String(ofFifth[0]?.id);
    simulator.setFaults([{ kind: "poison", ids: [poison] }]);

    const { taken, outcomes } = await takeAll(sync(simulator).running);

    expect(outcomes[0]?.problem).toContain("1 rows of payment_methods of one of the customers");
    const others = tableRows(simulator, "payment_methods").flatMap(({ id }) =>
      id === poison ? [] : [id],
    );
    expect(columnOf(taken, "id").sort()).toEqual(others.sort());
    expect(positionsOf(taken)).toEqual(
      customers.slice(0, 4).map((id) => ({ stream: "customers", id })),
    );
  });

  it("is incomplete when the list of the parents is, and reads those that there are", async () => {
    const simulator = await simulate({ sizes: { customers: 8 } });

    const { taken, outcomes } = await takeAll(sync(simulator, { problem: "some." }).running);

    expect(outcomes).toEqual([{ stream: "payment_methods", problem: "some." }]);
    expect(columnOf(taken, "id")).toHaveLength(tableRows(simulator, "payment_methods").length);
    expect(positionsOf(taken)).toEqual([]);
  });
});
