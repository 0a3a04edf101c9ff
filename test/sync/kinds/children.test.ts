import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Fault, Simulator } from "../../../simulator/index.ts";
import type { ClientOptions } from "../../../src/polar/client.ts";
import { State } from "../../../src/singer/state.ts";
import {
  type ChildBookmark,
  readChildBookmark,
} from "../../../src/sync/bookmarks/child-bookmark.ts";
import type { Context, LaneContext } from "../../../src/sync/contract/context.ts";
import type { Parents } from "../../../src/sync/contract/kind.ts";
import { syncChildren } from "../../../src/sync/kinds/children.ts";
import { readParents } from "../../../src/sync/lists/parents.ts";
import { keptLog } from "../../polar/clients.ts";
import { InstantClock } from "../../polar/clocks.ts";
import { fakeApi } from "../../support/fake-api.ts";
import { streamNamed, tableRows } from "../../support/organization.ts";
import { simulate } from "../../support/simulation.ts";
import { bookmarksOf, columnOf, contextFor, takeAll, taskOf } from "../syncs.ts";

const none: ChildBookmark = {
  version: undefined,
  after: undefined,
  failed: [],
  parentsAt: new Map(),
};

/** Reads payment methods; `problem` is what is wrong with the list of customers. */
function sync(
  simulator: Simulator,
  options: {
    bookmark?: Partial<ChildBookmark>;
    problem?: string;
    /** What is known of the customers beside their ids. */
    known?: Partial<Parents>;
    client?: Partial<ClientOptions>;
    overrides?: Partial<Context>;
  } = {},
) {
  const stream = streamNamed("payment_methods");
  const { source } = stream;
  if (source.kind !== "children") throw new Error("payment methods are read by customer");
  const context = contextFor(simulator, options.client, options.overrides);
  const touchedSince: (number | undefined)[] = [];
  const parents = source.parents.map((parent) => async (lane: LaneContext, since?: number) => {
    touchedSince.push(since);
    const all = await readParents({ stream: streamNamed(parent.stream) }, lane);
    return { ...all, problem: options.problem, ...options.known };
  });
  const bookmark = { ...none, ...options.bookmark };
  const running = syncChildren(taskOf(stream, source, bookmark, context, parents));
  return { running, clock: context.clock, touchedSince };
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
      sync(simulator, {
        bookmark: { version: 7, after },
        overrides: { emitActivateVersion: true },
      }).running,
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
      sync(simulator, { bookmark: { version: 7 }, overrides: { emitActivateVersion: true } })
        .running,
    );

    expect(taken.at(-1)?.kind).toBe("activate");
    // A new one: else rows that have gone would stay.
    for (const { version } of bookmarksOf(taken)) expect(version).toBeGreaterThan(7);
  });

  it("passes by a parent whose rows are not whole, and remembers it", async () => {
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
    expect(positionsOf(taken)).toEqual(customers.map((id) => ({ stream: "customers", id })));
    expect(bookmarksOf(taken).at(-1)).toMatchObject({
      failed: [{ stream: "customers", id: customers[4] }],
    });
  });

  it("is incomplete when the list of the parents is, and reads those that there are", async () => {
    const simulator = await simulate({ sizes: { customers: 8 } });

    const { taken, outcomes } = await takeAll(sync(simulator, { problem: "some." }).running);

    expect(outcomes).toEqual([{ stream: "payment_methods", problem: "some." }]);
    expect(columnOf(taken, "id")).toHaveLength(tableRows(simulator, "payment_methods").length);
    expect(positionsOf(taken)).toEqual([]);
  });
});

describe("of parents that are caught up", () => {
  const parentsAt = new Map([["customers", 1_000]]);

  it.each([
    ["those touched since", undefined, [1_000]],
    ["all, after an interruption", { stream: "customers", id: "0" }, [undefined]],
  ])("asks for %s", async (_, after, expected) => {
    const simulator = await simulate({ sizes: { customers: 3 } });
    const { running, touchedSince } = sync(simulator, { bookmark: { after, parentsAt } });
    await takeAll(running);
    expect(touchedSince).toEqual(expected);
  });

  it("keeps up to when they are known, and no position among those touched", async () => {
    const simulator = await simulate({ sizes: { customers: 3 } });
    const known = { areTouchedOnly: true, caughtUpAt: 2_000 };
    const overrides = { emitActivateVersion: true };
    const bookmark = { version: 7, parentsAt };
    const { taken } = await takeAll(sync(simulator, { known, bookmark, overrides }).running);
    expect(positionsOf(taken)).toEqual([]);
    expect(bookmarksOf(taken)).toMatchObject([
      { version: 7, parents_at: { customers: "1970-01-01T00:00:02.000Z" } },
    ]);
    expect(taken.map(({ kind }) => kind)).not.toContain("activate");
  });
});

describe("of parents of two streams", () => {
  /** Reads the seats of two subscriptions and two orders. */
  async function seats(options: {
    after?: ChildBookmark["after"];
    problem?: string;
    seat?: object;
  }) {
    const api = await fakeApi(() => ({
      body: JSON.stringify({ seats: [options.seat ?? { id: "seat" }] }),
    }));
    const stream = streamNamed("customer_seats");
    const { source } = stream;
    if (source.kind !== "children") throw new Error("seats are read by parent");
    const parents = [
      async () => ({ ids: ["s1", "s2"], problem: options.problem }),
      async () => ({ ids: ["o1", "o2"], problem: undefined }),
    ];
    const bookmark = { ...none, version: 7, after: options.after };
    const task = taskOf(stream, source, bookmark, contextFor(api), parents);
    const { outcomes } = await takeAll(syncChildren(task));
    const ids = api.requests.map(
      ({ query }) => query.get("subscription_id") ?? query.get("order_id"),
    );
    return { ids, problem: outcomes[0]?.problem };
  }

  it("reads both, and the second from its first on, wherever it goes on in the first", async () => {
    expect(await seats({})).toEqual({ ids: ["s1", "s2", "o1", "o2"], problem: undefined });
    const after = { stream: "subscriptions", id: "s1" };
    expect((await seats({ after })).ids).toEqual(["s2", "o1", "o2"]);
    expect((await seats({ after: { stream: "orders", id: "o1" } })).ids).toEqual(["o2"]);
    // Of an earlier version, whose parents were others.
    const all = ["s1", "s2", "o1", "o2"];
    expect((await seats({ after: { stream: "members", id: "z" } })).ids).toEqual(all);
  });

  it("is incomplete when one of them is, or a row has no key", async () => {
    expect((await seats({ problem: "some." })).problem).toBe("some.");
    expect((await seats({ seat: { id: null } })).problem).toContain("no usable key");
  });
});

/** The faults that make all requests about these customers fail. */
const failing = (ids: readonly string[], status = 500): Fault[] =>
  ids.map((id) => ({ kind: "status", path: `/v1/customers/${id}/payment-methods`, status }));

/** The customers that were asked about, each once, in their order. */
const asked = ({ requests }: Simulator) => [
  ...new Set(
    requests.flatMap(({ path }) => /customers\/(.+)\/payment-methods/.exec(path)?.[1] ?? []),
  ),
];

const failedIn = (taken: Parameters<typeof bookmarksOf>[0]) =>
  z
    .object({ failed: z.array(z.object({ id: z.string() })).default([]) })
    .parse(bookmarksOf(taken).at(-1))
    .failed.map(({ id }) => id);

const methodsOf = (simulator: Simulator, without: readonly string[]) =>
  tableRows(simulator, "payment_methods")
    .filter(({ customer_id: customer }) => !without.includes(String(customer)))
    .map(({ id }) => id)
    .sort();

describe("a bad parent", () => {
  it.each([500, 503, 422, 418])(
    "costs itself alone, is named, and is tried first the next time (%i)",
    async (status) => {
      const simulator = await simulate({ sizes: { customers: 20, payment_methods: 60 } });
      const customers = customersOf(simulator);
      const bad = [customers[3] ?? "", customers[11] ?? ""];
      simulator.setFaults(failing(bad, status));
      const overrides = { emitActivateVersion: true };

      const first = await takeAll(sync(simulator, { overrides }).running);

      expect(columnOf(first.taken, "id").sort()).toEqual(methodsOf(simulator, bad));
      expect(first.outcomes[0]?.problem).toContain(
        `payment_methods of 2 customers can't be read (${bad.join(", ")})`,
      );
      expect(first.outcomes[0]?.problem).toContain(`/v1/customers/${bad[0]}/payment-methods`);
      expect(first.taken.map(({ kind }) => kind)).not.toContain("activate");
      expect(failedIn(first.taken)).toEqual(bad);

      simulator.setFaults([]);
      const before = asked(simulator).length;
      expect(before).toBe(20);
      const again = await simulate({ sizes: { customers: 20, payment_methods: 60 } });
      const bookmark = readChildBookmark("payment_methods", {
        state: State.parse(
          JSON.stringify({ bookmarks: { payment_methods: bookmarksOf(first.taken).at(-1) } }),
          "state",
        ),
      });
      const second = await takeAll(sync(again, { bookmark, overrides }).running);

      expect(second.outcomes[0]?.problem).toBeUndefined();
      expect(asked(again)).toEqual([
        ...bad,
        ...customers.filter((customer) => !bad.includes(customer)),
      ]);
      expect(columnOf(second.taken, "id").sort()).toEqual(methodsOf(again, []));
      expect(failedIn(second.taken)).toEqual([]);
      expect(second.taken.at(-1)?.kind).toBe("activate");
    },
  );

  it("is remembered by an interrupted run as well, which goes on behind it", async () => {
    const simulator = await simulate({ sizes: { customers: 20 } });
    const customers = customersOf(simulator);
    const bad = customers[3] ?? "";
    const after = { stream: "customers", id: customers[9] ?? "" };
    const failed = [{ stream: "customers", id: bad }];
    simulator.setFaults(failing([bad]));

    const { taken, outcomes } = await takeAll(
      sync(simulator, { bookmark: { version: 7, after, failed }, client: { concurrency: 1 } })
        .running,
    );

    expect(asked(simulator)).toEqual([bad, ...customers.slice(10)]);
    expect(outcomes[0]?.problem).toContain(bad);
    expect(bookmarksOf(taken)[0]).toMatchObject({ failed });
    expect(failedIn(taken)).toEqual([bad]);
  });

  it("that is gone by the next time is forgotten", async () => {
    const simulator = await simulate({ sizes: { customers: 5 } });
    const failed = [{ stream: "customers", id: "00000000-0000-4000-8000-000000000000" }];

    const { taken, outcomes } = await takeAll(
      sync(simulator, { bookmark: { version: 7, after: undefined, failed } }).running,
    );

    expect(outcomes[0]?.problem).toBeUndefined();
    expect(failedIn(taken)).toEqual([]);
  });

  it("among many: a hundred are remembered, and the position stays before the next", async () => {
    const simulator = await simulate({ sizes: { customers: 230, payment_methods: 30 } });
    const customers = customersOf(simulator);
    const bad = customers.filter((_, index) => index % 2 === 0);
    simulator.setFaults(failing(bad, 422));

    const known = { caughtUpAt: 2_000 };
    const { taken, outcomes } = await takeAll(sync(simulator, { known }).running);

    // The next sync must not ask for those alone that are touched: the others are not remembered.
    expect(bookmarksOf(taken).at(-1)).toMatchObject({ parents_at: undefined });
    expect(outcomes[0]?.problem).toContain("payment_methods of 115 customers can't be read");
    expect(positionsOf(taken).at(-1)).toEqual({ stream: "customers", id: customers[199] });
    expect(failedIn(taken)).toEqual(bad.slice(0, 100));
    expect(columnOf(taken, "id").sort()).toEqual(methodsOf(simulator, bad));
  });
});

describe("a server that fails for every parent", () => {
  it.each([
    { status: 500, most: 10 },
    { status: 422, most: 10 },
    { status: 503, most: 2 },
  ])("is taken for what it is after $most of them ($status)", async ({ status, most }) => {
    const simulator = await simulate({ sizes: { customers: 60, payment_methods: 60 } });
    const customers = customersOf(simulator);
    simulator.setFaults(failing(customers.slice(20), status));
    const taken: Record<string, unknown>[] = [];

    const { running } = sync(simulator, { client: { maxRetries: 1 } });
    const ending = (async () => {
      for await (const step of running) if (step.kind === "bookmark") taken.push(step.bookmark);
    })();

    await expect(ending).rejects.toThrow(/payment-methods/);
    // Those that failed are behind it: the next run does not begin with the same ones for ever.
    expect(taken.at(-1)).toMatchObject({
      after: { stream: "customers", id: customers[20 + most - 1] },
      failed: customers.slice(20, 20 + most).map((id) => ({ stream: "customers", id })),
    });
  });

  it("does not keep the known ones from having their turn the next time", async () => {
    const simulator = await simulate({ sizes: { customers: 30 } });
    const customers = customersOf(simulator);
    const failed = customers.slice(0, 15).map((id) => ({ stream: "customers", id }));
    const after = { stream: "customers", id: customers[14] ?? "" };
    simulator.setFaults(failing(customers.slice(0, 15), 422));

    const { taken } = await takeAll(
      sync(simulator, { bookmark: { version: 7, after, failed }, client: { concurrency: 1 } })
        .running,
    );

    expect(asked(simulator)).toEqual([...customers.slice(0, 10), ...customers.slice(15)]);
    expect(failedIn(taken)).toEqual([...customers.slice(10, 15), ...customers.slice(0, 10)]);
  });
});

/** Reads the payment methods of these customers from a server that answers like this. */
async function methodsFrom(ids: string[], answer: Parameters<typeof fakeApi>[0]) {
  const api = await fakeApi(answer);
  const stream = streamNamed("payment_methods");
  if (stream.source.kind !== "children") throw new Error("payment methods are read by customer");
  const context = contextFor(api, { maxRetries: 0 }, { pageSize: 1 });
  const parents = [async () => ({ ids, problem: undefined })];
  const running = syncChildren(taskOf(stream, stream.source, none, context, parents));
  return { running, requests: api.requests, logged: context.logged };
}

it("asks for no other path where a parent's id has slashes, question marks or hashes", async () => {
  const { running, requests } = await methodsFrom(["../c1?page=7#"], ({ query }) => {
    const pagination = { total_count: 2, max_page: 2 };
    // Beyond the end it sends the last page again.
    const id = String(Math.min(Number(query.get("page")), 2));
    return { body: JSON.stringify({ items: [{ id }], pagination }) };
  });
  const { taken } = await takeAll(running);
  expect(columnOf(taken, "id")).toEqual(["1", "2"]);
  const path = "/v1/customers/..%2Fc1%3Fpage%3D7%23/payment-methods";
  expect([...new Set(requests.map((request) => request.path))]).toEqual([path]);
});

it("says how many of the parents were gone by then", async () => {
  const gone = { status: 404, body: '{"error":"ResourceNotFound","detail":"Not found"}' };
  const { running, logged } = await methodsFrom(["c1", "c2", "c3"], ({ path }) =>
    path.includes("c2")
      ? gone
      : { body: '{"items":[],"pagination":{"total_count":0,"max_page":0}}' },
  );
  await takeAll(running);
  expect(logged.join()).toContain("payment_methods: 1 of 3 customers were gone by then.");
});

it("ends when the token is refused in the middle of one parent's rows", async () => {
  const { running } = await methodsFrom(["c1", "c2"], ({ path, query }) => {
    if (query.get("page") === "2") return { status: 401, body: "{}" };
    const pagination = { total_count: 2, max_page: 2 };
    return { body: JSON.stringify({ items: [{ id: `of ${path}` }], pagination }) };
  });
  await expect(takeAll(running)).rejects.toThrow("access token");
});
