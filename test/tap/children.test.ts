import { describe, expect, test } from "vitest";
import { z } from "zod";
import { allScopes, type Simulator } from "../../simulator/index.ts";
import { streams } from "../../src/streams/index.ts";
import {
  catalogOf,
  keysOf,
  keysWritten,
  parentsOf,
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
  startTap,
  type TapInput,
} from "../support/run-tap.ts";
import { configFor, requestCount, simulate } from "../support/simulation.ts";

const children = streams.flatMap(({ name, source }) =>
  source.kind === "children" ? [{ name, parents: source.parents }] : [],
);

function inputFor(simulator: Simulator, names: readonly string[], settings: object = {}): TapInput {
  return { config: configFor(simulator, settings), catalog: catalogOf(...names) };
}

/** Requests for a path with an id in it: `/v1/customers/*` + `/payment-methods`. */
function idsAsked({ requests }: Simulator, before: string, after = ""): string[] {
  return requests.flatMap(({ path }) =>
    path.startsWith(before) && path.endsWith(after) && path.length > before.length + after.length
      ? [path.slice(before.length, path.length - after.length)]
      : [],
  );
}

const methodsAsked = (simulator: Simulator) =>
  idsAsked(simulator, "/v1/customers/", "/payment-methods");

const idsOf = (simulator: Simulator, stream: string) =>
  tableRows(simulator, stream).map(({ id }) => String(id));

const after = z.object({ stream: z.string(), id: z.string() });

/** The parent that stands in a stream's bookmark as the last one done. */
function positionIn(state: object | undefined, stream: string): z.infer<typeof after> | undefined {
  const bookmark = z.object({ after: after.optional() });
  return z.object({ bookmarks: z.object({ [stream]: bookmark }) }).parse(state).bookmarks[stream]
    ?.after;
}

describe("parents", () => {
  // Each of these streams alone is a test of its own, in all-streams-alone.test.ts.
  test.each(children)("of $name are listed once when they are selected, too", async (child) => {
    const { name, parents } = child;
    const simulator = await simulate({ ties: "stable" });

    const names = [name, ...parents.map(({ stream }) => stream)];
    const { lines, exitCode } = await runTap(inputFor(simulator, names));

    expect(exitCode).toBe(0);
    const listed = parents.map(({ stream }) => {
      const { source } = streamNamed(stream);
      return source.kind === "list" ? requestCount(simulator, source.path) : 0;
    });
    const sum = listed.reduce((one, other) => one + other, 0);
    expect(sum).toBe(requestsForParents(simulator, name));
    expect(keysWritten(lines, name)).toEqual(await keysOf(simulator, name));
  });

  test("may have more rows than a page", async () => {
    const simulator = await simulate({ sizes: { customers: 3, payment_methods: 120 } });

    const input = inputFor(simulator, ["payment_methods"], { page_size: 7 });
    const { lines, exitCode } = await runTap(input);

    expect(exitCode).toBe(0);
    expect(keysWritten(lines, "payment_methods")).toEqual(
      await keysOf(simulator, "payment_methods"),
    );
  });

  test("may be none at all", async () => {
    const sizes = { customers: 0, payment_methods: 0 };
    const simulator = await simulate({ sizes });

    const { lines, exitCode } = await runTap(inputFor(simulator, ["payment_methods"]));

    expect(exitCode).toBe(0);
    expect(requestCount(simulator)).toBe(1);
    expect(messagesOf(lines).map(({ type }) => type)).toEqual(["SCHEMA", "STATE"]);
  });

  test("that are gone when their turn comes are passed by and counted", async () => {
    const simulator = await simulate({
      sizes: { customers: 60, payment_methods: 90 },
      latencyMilliseconds: 5,
    });
    const gone = idsOf(simulator, "customers").sort().slice(-2);
    let removed = false;

    const tap = await startTap(inputFor(simulator, ["payment_methods"], { concurrency: 1 }), {
      onLine: (line) => {
        if (removed || !line.startsWith('{"type":"RECORD"')) return;
        removed = true;
        for (const id of gone) simulator.remove("customers", id);
      },
    });
    const { lines, exitCode, stderr } = await tap.ended;

    const notFound = simulator.requests.filter(({ status }) => status === 404);
    expect(notFound).toHaveLength(2);
    expect(exitCode).toBe(0);
    expect(stderr).toContain("payment_methods: 2 of 60 customers were gone by then.");
    expect(keysWritten(lines, "payment_methods")).toEqual(
      await keysOf(simulator, "payment_methods"),
    );
  });
});

test("an interrupted run goes on after the last parent that it has done", async () => {
  const simulator = await simulate({
    sizes: { customers: 120, payment_methods: 180 },
    ties: "stable",
  });
  const input = inputFor(simulator, ["payment_methods"]);
  const customers = idsOf(simulator, "customers").sort();
  for (const done of [0, 20, 100]) {
    // It gets no further than the parent after the next, and does not end before it is killed.
    const path = `/v1/customers/${customers[done + 1]}/payment-methods`;
    simulator.setFaults([{ kind: "stall", path }]);
    const killed = await runTapUntil(
      input,
      "SIGKILL",
      (line) =>
        done === 0 || line.includes(`"after":{"stream":"customers","id":"${customers[done - 1]}"`),
    );
    expect(killed.signal).toBe("SIGKILL");
    simulator.setFaults([]);
    const state = lastStateOf(killed.lines);
    const askedBefore = methodsAsked(simulator).length;

    const resumed = await runTap({ ...input, state });

    expect(resumed.exitCode).toBe(0);
    expect(methodsAsked(simulator).slice(askedBefore).sort()).toEqual(customers.slice(done));
    const together = [
      ...keysWritten(confirmedLinesOf(killed.lines), "payment_methods"),
      ...keysWritten(resumed.lines, "payment_methods"),
    ];
    expect(together.sort()).toEqual(await keysOf(simulator, "payment_methods"));
    expect(positionIn(lastStateOf(resumed.lines), "payment_methods")).toBeUndefined();
  }
});

test("parents whose list is begun anew after a resume are asked about once", async () => {
  const simulator = await simulate({
    sizes: { customers: 150, payment_methods: 170 },
    faults: [{ kind: "stall", path: "/v1/customers/", page: 12 }],
  });
  const input = inputFor(simulator, ["customers", "payment_methods"], { page_size: 10 });
  const killed = await runTapUntil(input, "SIGKILL", (_, count) => count === 113);
  expect(killed.signal).toBe("SIGKILL");
  simulator.setFaults([]);
  // What the interrupted run has seen does not add up any more.
  simulator.remove("customers", simulator.rows("customers")[5]?.id ?? "");

  const { lines, exitCode } = await runTap({ ...input, state: lastStateOf(killed.lines) });

  expect(exitCode).toBe(0);
  expect(methodsAsked(simulator).sort()).toEqual(idsOf(simulator, "customers").sort());
  expect(keysWritten(lines, "payment_methods")).toEqual(await keysOf(simulator, "payment_methods"));
});

test("a bad parent is named, exits with 1, and is tried first by the next run", async () => {
  const simulator = await simulate({ sizes: { license_keys: 30 } });
  const keys = idsOf(simulator, "license_keys").sort();
  const [bad = ""] = keys.slice(7, 8);
  simulator.setFaults([{ kind: "status", path: `/v1/license-keys/${bad}`, status: 500 }]);
  const input = inputFor(simulator, ["license_key_activations"], {
    max_retries: 1,
    emit_activate_version_messages: true,
    concurrency: 1,
  });

  const first = await runTap(input);
  simulator.setFaults([]);
  const before = simulator.requests.length;
  const second = await runTap({ ...input, state: lastStateOf(first.lines) });

  expect(first.exitCode).toBe(1);
  expect(first.stderr.trimEnd().split("\n").at(-1)).toContain(
    `license_key_activations of 1 license_keys can't be read (${bad})`,
  );
  const expected = await keysOf(simulator, "license_key_activations");
  expect(keysWritten(first.lines, "license_key_activations")).toEqual(
    expected.filter((key) => !key.includes(bad)),
  );
  expect(messagesOf(first.lines).map(({ type }) => type)).not.toContain("ACTIVATE_VERSION");
  expect(second.exitCode).toBe(0);
  const asked = simulator.requests.slice(before).map(({ path }) => path);
  expect(asked.find((path) => path !== "/v1/license-keys/")).toBe(`/v1/license-keys/${bad}`);
  expect(keysWritten(second.lines, "license_key_activations")).toEqual(expected);
  expect(messagesOf(second.lines).map(({ type }) => type)).toContain("ACTIVATE_VERSION");
});

describe.each([0, 1])("an interrupted run with two kinds of parents, stopped at kind %i", (at) => {
  test("asks those that come after, and no other", async () => {
    const simulator = await simulate({ sizes: { subscriptions: 60, orders: 120 } });
    const kinds = children.find(({ name }) => name === "customer_seats")?.parents ?? [];
    const parents = kinds.flatMap((kind, index) =>
      parentsOf(simulator, kind)
        .map(({ id }) => ({ index, stream: kind.stream, id: String(id), kind }))
        .sort((one, other) => (one.id < other.id ? -1 : 1)),
    );
    // The second one of its kind is the last that was done.
    const done = parents.findIndex(({ index }) => index === at) + 1;
    const rest = parents.slice(done + 1);
    const { stream = "", id = "" } = parents[done] ?? {};
    const bookmark = { version: 1_700_000_000, after: { stream, id } };
    const state = { bookmarks: { customer_seats: bookmark } };

    const { lines, exitCode } = await runTap({ ...inputFor(simulator, ["customer_seats"]), state });

    expect(exitCode).toBe(0);
    const asked = simulator.requests.filter(({ path }) => path === "/v1/customer-seats");
    expect(asked.map(({ query }) => query).sort()).toEqual(
      rest.map((parent) => `${parent.kind.parameter}=${parent.id}`).sort(),
    );
    const expected = (await keysOf(simulator, "customer_seats")).filter((key) =>
      rest.some((parent) => key.includes(parent.id)),
    );
    expect(expected).not.toHaveLength(0);
    expect(keysWritten(lines, "customer_seats")).toEqual(expected);
  });
});

describe("a missing scope", () => {
  test.each(children)("of $name fails that stream and no other", async ({ name, parents }) => {
    const { scope } = streamNamed(name);
    const parentScopes = parents.map(({ stream }) => streamNamed(stream).scope);
    const [resource] = scope.split(":");
    const scopes = allScopes.filter((one) => !one.startsWith(`${resource}:`));
    const simulator = await simulate({ scopes });

    const { lines, exitCode, stderr } = await runTap(inputFor(simulator, [name, "products"]));

    expect(exitCode).toBe(2);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      new RegExp(`^tap-polar: ${name} is incomplete: .*it lacks the scope .*${scope}`),
    );
    expect(keysWritten(lines, "products")).toEqual(await keysOf(simulator, "products"));
    expect(recordsByStream(lines).has(name)).toBe(false);
    // Where the parents can be read the first answers of the children tell; no more are asked for.
    const children = simulator.requests.filter(({ status }) => status === 403);
    expect(children.length).toBeGreaterThan(0);
    expect(children.length).toBeLessThanOrEqual(parentScopes.includes(scope) ? 1 : 9);
  });

  test("of the parents is told as what it is", async () => {
    const scopes = allScopes.filter((scope) => !scope.startsWith("orders:"));
    const simulator = await simulate({ scopes });

    const { exitCode, stderr } = await runTap(inputFor(simulator, ["customer_seats"]));

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/customer_seats is incomplete: .*\/v1\/orders\/.*orders:read/);
  });
});

describe("only those are asked for", () => {
  test.each([[["benefit_files"]], [["benefit_files", "benefits"]]])(
    "that offer downloads (%j)",
    async (names) => {
      const simulator = await simulate({ sizes: { benefits: 40 } });

      const { exitCode } = await runTap(inputFor(simulator, names));

      expect(exitCode).toBe(0);
      const downloads = tableRows(simulator, "benefits").filter(
        ({ type }) => type === "downloadables",
      );
      expect(downloads.length).toBeGreaterThan(3);
      expect(idsAsked(simulator, "/v1/benefits/", "/files").sort()).toEqual(
        downloads.map(({ id }) => String(id)).sort(),
      );
    },
  );

  test.each([[["customer_seats"]], [["customer_seats", "orders", "subscriptions"]]])(
    "that have seats (%j)",
    async (names) => {
      const simulator = await simulate({ sizes: { subscriptions: 60, orders: 120 } });

      const { lines, exitCode } = await runTap(inputFor(simulator, names));

      expect(exitCode).toBe(0);
      const withSeats = (stream: string, parameter: string) =>
        tableRows(simulator, stream)
          .filter(({ seats }) => typeof seats === "number")
          .map(({ id }) => `${parameter}=${id}`);
      const subscriptions = withSeats("subscriptions", "subscription_id");
      const orders = withSeats("orders", "order_id");
      expect(Math.min(subscriptions.length, orders.length)).toBeGreaterThan(3);
      const asked = simulator.requests.filter(({ path }) => path === "/v1/customer-seats");
      expect(asked.map(({ query }) => query).sort()).toEqual([...subscriptions, ...orders].sort());
      const seats = tableRows(simulator, "customer_seats").map(
        ({ subscription_id: subscription, order_id: order, id }) =>
          JSON.stringify([subscription ?? order, id]),
      );
      expect(keysWritten(lines, "customer_seats")).toEqual(seats.sort());
    },
  );
});
