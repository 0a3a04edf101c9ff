/**
 * Whatever happens between and during its runs, the tap ends with what the API has. A history that
 * does not is printed with its seed; with HISTORIES_SECONDS more of them are tried, and counted.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { changeKinds, type Simulator } from "../../simulator/index.ts";
import { endTest } from "../support/endings.ts";
import { everythingOf, streamNamed } from "../support/organization.ts";
import { Suspects, seenChanges } from "../support/seen-changes.ts";
import { simulate } from "../support/simulation.ts";
import { Warehouse } from "../support/warehouse.ts";

const seconds = Number(process.env.HISTORIES_SECONDS ?? 20);

const lists = ["customers", "products", "orders", "subscriptions", "refunds", "checkouts"];
const moreLists = [...lists, "payments", "members", "benefit_grants"];
const scopesOf = (names: readonly string[]) => names.map((name) => streamNamed(name).scope);

/** What the token may read, and what is selected. */
const setups = [
  { sight: "lists", selected: lists, scopes: scopesOf(lists) },
  { sight: "events", selected: moreLists, scopes: [...scopesOf(moreLists), "events:read"] },
  {
    sight: "webhooks",
    selected: moreLists,
    scopes: [...scopesOf(moreLists), "events:read", "webhooks:read"],
  },
] as const;

const kinds = seenChanges
  .flatMap((change) => change.kinds)
  .filter((kind) => moreLists.includes(changeKinds.get(kind)?.list ?? ""));

/** What comes in the way of a run. Shorter than events are heard again, and lists read again. */
type Incident =
  | { readonly is: "nothing" }
  | { readonly is: "kill"; readonly lines: number }
  | { readonly is: "lag"; readonly seconds: number }
  | { readonly is: "failure"; readonly path: string }
  | { readonly is: "refusal"; readonly scope: string };

const incident: fc.Arbitrary<Incident> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ is: "nothing" } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant("kill" as const),
      lines: fc.integer({ min: 1, max: 99 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant("lag" as const),
      seconds: fc.integer({ min: 1, max: 240 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant("failure" as const),
      path: fc.constantFrom(
        "/v1/events/",
        "/v1/webhooks/deliveries",
        "/v1/orders/",
        "/v1/customers/",
        "/v1/subscriptions/",
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant("refusal" as const),
      scope: fc.constantFrom("events:read", "webhooks:read", "orders:read", "refunds:read"),
    }),
  },
);

const hour = fc.record({
  minutes: fc.integer({ min: 1, max: 200 }),
  changes: fc.array(fc.constantFrom(...kinds), { maxLength: 8 }),
  incident,
});

const history = fc.record({
  seed: fc.nat({ max: 10_000 }),
  setup: fc.constantFrom(...setups),
  hours: fc.array(hour, { minLength: 1, maxLength: 6 }),
});

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

const sizes = {
  customers: 60,
  orders: 120,
  subscriptions: 60,
  refunds: 40,
  checkouts: 60,
  payments: 60,
  members: 60,
  benefit_grants: 60,
  events: 20,
  webhook_deliveries: 5,
};

const owned = z.looseObject({ customer_id: z.string().nullish() });

/** The customer of an order, if it names one. */
function customerOf(simulator: Simulator, order: string): string | undefined {
  const json = simulator.rows("orders").find(({ id }) => id === order)?.json ?? "{}";
  return owned.parse(JSON.parse(json)).customer_id ?? undefined;
}

interface Tried {
  histories: number;
  hours: number;
  /** Which the organization could make. */
  changes: number;
  incidents: number;
}

async function runThrough(
  simulator: Simulator,
  warehouse: Warehouse,
  { setup, hours }: History,
  tried: Tried,
): Promise<Suspects> {
  const catalog = everythingOf(...setup.selected);
  const suspects = new Suspects(setup.sight);
  const changedSince = new Set<string>();
  for (const { minutes, changes, incident } of hours) {
    simulator.clock.advance(minutes * 60);
    for (const kind of changes) {
      const id = simulator.tryChange(kind);
      if (id === null) continue;
      tried.changes++;
      suspects.note(kind, id);
      // To what it was before a run could see it, perhaps.
      if (changedSince.has(id)) suspects.noteUnseen(id);
      changedSince.add(id);
      // An import counts in its customer, too, and of that nothing tells.
      const customer = kind === "order.import" ? customerOf(simulator, id) : undefined;
      if (customer !== undefined) suspects.noteUnseen(customer);
    }
    // Refunds and grants don't lag: what they tell of comes too early for the others, without events.
    if (incident.is === "lag" && setup.sight !== "lists") simulator.setLag(incident.seconds);
    if (incident.is === "failure") {
      simulator.setFaults([{ kind: "status", status: 503, path: incident.path }]);
    }
    if (incident.is === "refusal") {
      simulator.setScopes(setup.scopes.filter((scope) => scope !== incident.scope));
    }
    tried.hours++;
    if (incident.is !== "nothing") tried.incidents++;
    if (incident.is === "kill") await warehouse.killedSync(incident.lines, catalog);
    else await warehouse.sync(catalog);
    if (incident.is === "nothing") changedSince.clear();
    simulator.setLag(0);
    simulator.setFaults([]);
    simulator.setScopes(setup.scopes);
  }
  return suspects;
}

test("after any history, a run leaves out only what is declared, and a sweep nothing", {
  timeout: (seconds + 60) * 1_000,
}, async () => {
  const tried: Tried = { histories: 0, hours: 0, changes: 0, incidents: 0 };
  const property = fc.asyncProperty(history, async (story) => {
    const { setup, seed } = story;
    const { scopes, selected } = setup;
    const simulator = await simulate({
      seed,
      spread: true,
      date: "simulator",
      sizes,
      scopes,
      lag: { seconds: 0 },
    });
    try {
      simulator.subscribe();
      const settings = { page_size: 5, max_retries: 0, emit_activate_version_messages: true };
      const warehouse = new Warehouse(simulator, settings);
      const catalog = everythingOf(...selected);
      await warehouse.sync(catalog, { full_sweep_hours: 1_000 });
      const suspects = await runThrough(simulator, warehouse, story, tried);

      simulator.clock.advance(60);
      expect(await warehouse.sync(catalog)).toMatchObject({ exitCode: 0 });
      for (const stream of selected) {
        const texts = new Map(simulator.rows(stream).map(({ id, json }) => [id, json]));
        const different = warehouse.different(stream);
        const missed = different.filter((id) => !suspects.has(texts.get(id) ?? ""));
        expect({ stream, missed }).toEqual({ stream, missed: [] });
      }

      expect(await warehouse.sync(catalog, { full_sweep_hours: 0 })).toMatchObject({
        exitCode: 0,
      });
      for (const stream of selected) {
        const [different, gone] = [warehouse.different(stream), warehouse.gone(stream)];
        expect({ stream, different, gone }).toEqual({ stream, different: [], gone: [] });
      }
      tried.histories++;
    } finally {
      // An hour of simulators and of what their taps have written would not fit in memory.
      await endTest();
    }
  });
  // No history is interrupted: it would go on behind the next test, and end what that has started.
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) await fc.assert(property, { numRuns: 2, endOnFailure: true });
  if (process.env.HISTORIES_SECONDS !== undefined)
    process.stdout.write(`${JSON.stringify(tried)}\n`);
});
