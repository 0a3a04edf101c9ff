/** A day of a large organization: a full sweep, and then a run each hour, the last of them another. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { type RecordedRequest, type Simulator, startSimulator } from "../../simulator/index.ts";
import { type Sight, Suspects } from "../../test/support/seen-changes.ts";
import { LineSplitter } from "../../test/support/target-jsonl/lines.ts";
import { folder, tap } from "../processes.ts";
import { median } from "../repeat.ts";
import type { Section } from "../report.ts";
import { catalogShape } from "../tap.ts";
import { Business, calm, dayOfBusiness } from "./business.ts";
import { Mirror } from "./mirror.ts";

const streams = [
  "orders",
  "customers",
  "subscriptions",
  "checkouts",
  "refunds",
  "products",
  "benefits",
] as const;

const defaultScopes = ["organizations:read", ...streams.map((stream) => `${stream}:read`)];

/** What the token may read, what that makes seen, and how many requests a run may take then. */
interface ScopeSet {
  readonly scopes: readonly string[];
  readonly sight: Exclude<Sight, "sweep">;
  readonly mostRequests: number;
  /** How many a day of 24 runs may take, the last a full sweep: some less than all these together. */
  readonly mostInDay: number;
}

export const scopeSets: Readonly<Record<string, ScopeSet>> = {
  webhooks: {
    scopes: [...defaultScopes, "events:read", "webhooks:read"],
    sight: "webhooks",
    mostRequests: 40,
    mostInDay: 2_200,
  },
  events: {
    scopes: [...defaultScopes, "events:read"],
    sight: "events",
    mostRequests: 40,
    mostInDay: 2_200,
  },
  default: { scopes: defaultScopes, sight: "lists", mostRequests: 60, mostInDay: 2_660 },
};

/** How a run went. */
interface Run {
  readonly requests: number;
  readonly records: number;
  /** How many of them were for what. */
  readonly aims: ReadonlyMap<string, number>;
  readonly stateBytes: number;
  /** Rows that differ from the API: what some source could see, and what none could. */
  readonly missed: number;
  readonly blind: number;
}

export async function day(name: string, orders: number, hours: number): Promise<Section[]> {
  const set = scopeSets[name];
  if (set === undefined) throw new Error(`--scopes ${name}: there is no such set.`);
  const simulator = await startSimulator({
    spread: true,
    ties: "stable",
    date: "simulator",
    scopes: set.scopes,
    sizes: {
      orders: dayBefore(orders, "orders"),
      customers: dayBefore(orders / 5, "customers"),
      subscriptions: dayBefore(orders / 10, "subscriptions"),
      checkouts: dayBefore(1_000, "checkouts"),
      refunds: dayBefore(1_000, "refunds"),
    },
  });
  try {
    simulator.subscribe();
    return await simulateDay(simulator, name, set, hours);
  } finally {
    await simulator.close();
  }
}

/** How many rows to begin the day before with, which adds to them; a few in a very small organization. */
function dayBefore(rows: number, list: keyof typeof dayOfBusiness): number {
  return Math.max(10, rows - dayOfBusiness[list]);
}

async function simulateDay(
  simulator: Simulator,
  name: string,
  { sight, mostRequests, mostInDay, scopes }: ScopeSet,
  hours: number,
): Promise<Section[]> {
  calm(simulator);
  const suspects = new Suspects(sight);
  const business = new Business(simulator, (kind, id) => suspects.note(kind, id));
  // The day before, so that checkouts stand open and payments are late when the first run comes.
  for (let hour = 0; hour < 24; hour++) business.hour();
  const observed = new Observed(simulator, suspects);
  const first = await observed.run();
  const runs: Run[] = [];
  for (let hour = 1; hour <= hours; hour++) {
    business.hour();
    runs.push(await observed.run());
  }
  const last = await observed.run({ full_sweep_hours: 0 });
  const hourly = runs.slice(0, -1);
  const requests = median(hourly.map((run) => run.requests));
  const all = runs.reduce((sum, run) => sum + run.requests, 0);
  const row = (title: string, run: Run) => [
    title,
    ...[run.requests, run.records, run.missed, run.blind, run.stateBytes].map((value) =>
      value.toLocaleString("en"),
    ),
  ];
  const aims = {
    title: "Requests of an hourly run, by what they are for (median)",
    table: [["", "requests"], ...medians(hourly.map((run) => run.aims))],
    checks: [],
  };
  const summary = {
    title: `A day with ${name === "default" ? "the default scopes" : scopes.slice(defaultScopes.length).join(" and ")}`,
    table: [
      ["run", "requests", "records", "missed", "blind", "state"],
      row("first", first),
      ...runs.map((run, index) => row(`hour ${index + 1}`, run)),
      row("full sweep", last),
    ],
    checks: [
      {
        what: "requests per run (median)",
        value: requests,
        target: { most: mostRequests },
        unit: "",
      },
      { what: "requests in the day", value: all, target: { most: mostInDay }, unit: "" },
      {
        what: "bytes of state",
        value: Math.max(...runs.map((run) => run.stateBytes)),
        target: { most: 65_536 },
        unit: "",
      },
      {
        what: "rows missed that some source could see",
        value: runs.reduce((sum, run) => sum + run.missed, 0),
        target: { most: 0 },
        unit: "",
      },
      {
        what: "rows that differ after a full sweep",
        value: last.missed + last.blind,
        target: { most: 0 },
        unit: "",
      },
    ],
  };
  return [aims, summary];
}

/** The median of each aim, the largest first. */
function medians(runs: readonly ReadonlyMap<string, number>[]): string[][] {
  const names = new Set(runs.flatMap((run) => [...run.keys()]));
  return [...names]
    .map((name) => [name, median(runs.map((run) => run.get(name) ?? 0))] as const)
    .sort(([, one], [, other]) => other - one)
    .map(([name, count]) => [name, String(count)]);
}

/** What a request is for. */
function aimOf({ path, query }: RecordedRequest): string {
  const [, , list = path, id] = path.split("/");
  if (id === "export") return `${list}: export`;
  if (id !== undefined && id !== "" && list !== "webhooks") return `${list}: single rows`;
  const asked = new URLSearchParams(query);
  if (asked.has("customer_id")) return `${list}: of touched customers`;
  if (["status", "succeeded", "canceled_at_after"].some((name) => asked.has(name))) {
    return `${list}: open`;
  }
  return asked.get("sorting")?.startsWith("-") && !asked.has("start_timestamp")
    ? `${list}: newest`
    : list;
}

/** The tap and what it has written so far. */
class Observed {
  readonly #simulator: Simulator;
  readonly #suspects: Suspects;
  readonly #mirror = new Mirror();
  #catalog: string | undefined;

  constructor(simulator: Simulator, suspects: Suspects) {
    this.#simulator = simulator;
    this.#suspects = suspects;
  }

  /** Runs the tap at the simulator's time. */
  async run(settings: object = {}): Promise<Run> {
    const simulator = this.#simulator;
    const [requests, records] = [simulator.requests.length, this.#mirror.records];
    this.#catalog ??= file("catalog", await allColumns());
    const config = file("config", {
      api_url: simulator.url,
      access_token: simulator.accessToken,
      requests_per_minute: 1_000_000,
      ...settings,
    });
    const state = this.#mirror.state && file("state", JSON.parse(this.#mirror.state));
    const args = ["--config", config, "--catalog", this.#catalog];
    await this.#sync(state === undefined ? args : [...args, "--state", state]);
    const aims = new Map<string, number>();
    for (const request of simulator.requests.slice(requests)) {
      const aim = aimOf(request);
      aims.set(aim, (aims.get(aim) ?? 0) + 1);
    }
    const different = streams.flatMap((stream) => this.#mirror.different(simulator, stream));
    const blind = different.filter(({ json }) => this.#suspects.has(json)).length;
    return {
      requests: simulator.requests.length - requests,
      records: this.#mirror.records - records,
      aims,
      stateBytes: this.#mirror.state?.length ?? 0,
      missed: different.length - blind,
      blind,
    };
  }

  async #sync(args: readonly string[]): Promise<void> {
    const clock = new URL("../../test/support/frozen-clock.mjs", import.meta.url).href;
    const child = spawn(process.execPath, ["--import", clock, tap, ...args], {
      env: { FROZEN_CLOCK: this.#simulator.clock.now.toISOString(), TAP_POLAR_LOGLEVEL: "INFO" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(child, "exit");
    let log = "";
    child.stderr.on("data", (chunk: Buffer) => {
      log += chunk;
    });
    const lines = new LineSplitter();
    child.stdout.on("data", (chunk: Buffer) => {
      for (const line of lines.push(chunk)) this.#mirror.take(line);
    });
    await once(child.stdout, "end");
    const [code] = await ended;
    if (code !== 0) throw new Error(`the tap ended with ${code}:\n${log.slice(-2_000)}`);
  }
}

function file(name: string, content: object): string {
  const path = join(folder, `changes-${name}.json`);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** The default streams with all they have, so that records are rows as they came. */
async function allColumns(): Promise<object> {
  const { stdout } = await execa(process.execPath, [tap, "--discover"]);
  const catalog = catalogShape.parse(JSON.parse(stdout));
  const selected: readonly string[] = [...streams, "organizations"];
  for (const { tap_stream_id: name, metadata } of catalog.streams) {
    const isSelected = selected.includes(name);
    for (const { breadcrumb, metadata: entry } of metadata) {
      if (isSelected || breadcrumb.length === 0) entry.selected = isSelected;
    }
  }
  return catalog;
}
