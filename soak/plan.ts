/**
 * What happens in a story, as data: fast-check makes it of a seed, and shrinks it when the story
 * fails.
 */
import * as fc from "fast-check";
import { changeKinds, type Fault, usualSizes } from "../simulator/index.ts";
import { streams } from "../src/streams/index.ts";
import { type Breakage, breakageKinds, type RateLimit } from "./proxy.ts";

/** How a run is ended before its end, or held up. */
export interface Kill {
  readonly how: "SIGKILL" | "SIGTERM" | "SIGINT" | "closed pipe" | "full disk" | "slow target";
  /** With which line of the output. */
  readonly line: number;
}

export interface ChangePlan {
  /** With which request of the run. */
  readonly request: number;
  readonly kind: string;
}

export interface RunPlan {
  readonly pageSize: number;
  readonly concurrency: number;
  readonly requestsPerMinute: number;
  readonly maxRetries: number;
  readonly fullSweepHours: number;
  /** Every so many-th stream of the story is left out; none if 0. */
  readonly without: number;
  readonly faults: readonly Fault[];
  readonly breakages: readonly Breakage[];
  readonly rateLimit: RateLimit | null;
  readonly changes: readonly ChangePlan[];
  readonly kill: Kill | null;
  /** Which of its states the target has confirmed, counted from the last one. */
  readonly statesLost: number;
  /** Whether the target kept the rows after that state. */
  readonly keepsUnconfirmed: boolean;
  /** Until the next run begins. */
  readonly minutesAfter: number;
}

export interface Plan {
  readonly seed: number;
  readonly streams: readonly string[];
  /** Every so many-th column is deselected; none if 0. */
  readonly columnsWithout: number;
  readonly sizes: Readonly<Record<string, number>>;
  readonly ties: "shuffled" | "stable";
  readonly spread: boolean;
  readonly duplicateEvents: number | undefined;
  readonly startDaysAgo: number;
  readonly lagSeconds: number | undefined;
  readonly emitsVersions: boolean;
  /** An endpoint wants every webhook. */
  readonly subscribes: boolean;
  readonly runs: readonly RunPlan[];
}

const changes = [...changeKinds.keys()];

/** Few runs have more requests. */
const FAULTY_REQUESTS = 40;

const often = {
  after: fc.oneof(fc.nat(8), fc.nat(FAULTY_REQUESTS)),
  every: fc.integer({ min: 1, max: 4 }),
};
const times = fc.integer({ min: 1, max: 8 });

/** What another try cures. */
const passing: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constant("status" as const),
    status: fc.constantFrom(500, 502, 503, 504, 408, 425, 520),
    times,
    ...often,
  }),
  fc.record({
    kind: fc.constantFrom(
      ...(["reset-after-500", "reset", "truncate", "truncate-chunked", "garble"] as const),
    ),
    times,
    ...often,
  }),
  fc.record({
    kind: fc.constantFrom("rate-limit" as const),
    seconds: fc.integer({ min: 0, max: 5 }),
    times,
    ...often,
  }),
  fc.record({
    kind: fc.constantFrom("drip" as const),
    seconds: fc.constant(0.1),
    times: fc.integer({ min: 1, max: 2 }),
    ...often,
  }),
  fc.record({ kind: fc.constant("repeat" as const), times, ...often }),
);

/** Each costs a timeout, so that there are few. */
const stalling: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom("stall" as const, "stall-body" as const),
  times: fc.integer({ min: 1, max: 2 }),
  ...often,
});

/** What ends a stream, or the run. */
const lasting: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({
    kind: fc.constantFrom(
      ...(["expire", "html", "no-pagination", "null-pagination", "cursor"] as const),
    ),
    times: fc.constantFrom(1, 3),
    ...often,
  }),
  fc.record({
    kind: fc.constant("status" as const),
    status: fc.constantFrom(401, 403, 404, 422, 503),
    times: fc.constantFrom(1, 12),
    ...often,
  }),
  fc.record({
    kind: fc.constant("redirect" as const),
    to: fc.constant("http://127.0.0.1:9"),
    times: fc.constant(1),
    ...often,
  }),
  fc.record({
    kind: fc.constant("poison" as const),
    path: fc.constantFrom("/v1/orders/", "/v1/customers/", "/v1/checkouts/", "/v1/events/"),
    rows: fc.array(fc.nat(30), { minLength: 1, maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant("total" as const),
    total: fc.nat(100),
    times: fc.constantFrom(1, 2),
    ...often,
  }),
);

const fault = fc.oneof(
  { weight: 12, arbitrary: passing },
  { weight: 1, arbitrary: stalling },
  { weight: 1, arbitrary: lasting },
);

const breakage: fc.Arbitrary<Breakage> = fc.record({
  kind: fc.constantFrom(...breakageKinds),
  request: fc.integer({ min: 1, max: FAULTY_REQUESTS }),
  byte: fc.nat(900),
});

const rateLimit: fc.Arbitrary<RateLimit> = fc.record({
  requests: fc.integer({ min: 5, max: 40 }),
  milliseconds: fc.integer({ min: 20, max: 60 }),
  says: fc.constantFrom("seconds", "fractions", "date", "nothing"),
});

const kill: fc.Arbitrary<Kill> = fc.record({
  how: fc.oneof(
    { weight: 5, arbitrary: fc.constant("SIGKILL" as const) },
    { weight: 2, arbitrary: fc.constantFrom("SIGTERM" as const, "SIGINT" as const) },
    { weight: 2, arbitrary: fc.constant("closed pipe" as const) },
    { weight: 1, arbitrary: fc.constantFrom("full disk" as const, "slow target" as const) },
  ),
  line: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 300 })),
});

const pageSize = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(50, 100));

const run: fc.Arbitrary<RunPlan> = fc.record({
  pageSize,
  concurrency: fc.integer({ min: 1, max: 16 }),
  requestsPerMinute: fc.constantFrom(1_000_000, 1_000_000, 600),
  maxRetries: fc.oneof(fc.constant(8), fc.nat(8)),
  fullSweepHours: fc.constantFrom(24, 24, 1, 0),
  without: fc.constantFrom(0, 0, 0, 2, 3),
  faults: fc.array(fault, { maxLength: 7 }),
  breakages: fc.array(breakage, { maxLength: 10 }),
  rateLimit: fc.option(rateLimit, { freq: 4 }),
  changes: fc.array(
    fc.record({
      request: fc.integer({ min: 1, max: FAULTY_REQUESTS }),
      kind: fc.constantFrom(...changes),
    }),
    { maxLength: 12 },
  ),
  kill: fc.option(kill, { freq: 3 }),
  statesLost: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat(4) },
  ),
  keepsUnconfirmed: fc.boolean(),
  minutesAfter: fc.constantFrom(0, 5, 60, 1_500),
});

const names = streams.map(({ name }) => name);

/** Parents cost a request each, so that their lists stay short. */
const longLists = ["orders", "checkouts", "payments", "events", "webhook_deliveries", "members"];

const sizes = fc.record(
  Object.fromEntries(
    [...usualSizes.keys()]
      .filter((list) => list !== "organizations")
      .map((list) => {
        const most = longLists.includes(list) ? 300 : 60;
        return [list, fc.oneof(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: most }))];
      }),
  ),
);

export const plans: fc.Arbitrary<Plan> = fc.noBias(
  fc.record({
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    streams: fc
      .tuple(fc.subarray(names, { maxLength: 8 }), fc.constantFrom(...names))
      .map(([some, one]) => [...new Set([...some, one])]),
    columnsWithout: fc.constantFrom(0, 0, 2, 5),
    sizes,
    ties: fc.constantFrom("shuffled" as const, "shuffled" as const, "stable" as const),
    spread: fc.boolean(),
    duplicateEvents: fc.option(fc.integer({ min: 3, max: 9 }), { nil: undefined, freq: 3 }),
    startDaysAgo: fc.integer({ min: 20, max: 360 }),
    lagSeconds: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined, freq: 3 }),
    emitsVersions: fc.boolean(),
    subscribes: fc.boolean(),
    runs: fc.array(run, { minLength: 2, maxLength: 5 }),
  }),
);

/** The run that ends a story: undisturbed, and all lists are read whole. */
export function lastRun({
  pageSize,
  concurrency,
}: Pick<RunPlan, "pageSize" | "concurrency">): RunPlan {
  return {
    pageSize,
    concurrency,
    requestsPerMinute: 1_000_000,
    maxRetries: 8,
    fullSweepHours: 0,
    without: 0,
    faults: [],
    breakages: [],
    rateLimit: null,
    changes: [],
    kill: null,
    statesLost: 0,
    keepsUnconfirmed: true,
    minutesAfter: 0,
  };
}
