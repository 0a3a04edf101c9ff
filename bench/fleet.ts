/**
 * What an organization costs a machine that reads many of them: work and memory of the tap and of
 * target-postgres for a first sync and for one of every hour, and of Dagster for each run. Only for
 * Linux, which counts memory in kilobytes. Other work on the machine only adds, so the least counts.
 */
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { z } from "zod";
import { createDatabase } from "../test/e2e/database.ts";
import { providePostgres } from "../test/e2e/provision/postgres.ts";
import { program, providePython } from "../test/e2e/provision/python.ts";
import { startSimulator, tap as tapFile } from "./processes.ts";

const ROUNDS = 3;
const USUAL = {};
const LARGE = { customers: 5_000, orders: 20_000, subscriptions: 5_000, checkouts: 10_000 };

const root = fileURLToPath(new URL("..", import.meta.url));
const costsShape = z.object({ cpuSeconds: z.number(), peakMegabytes: z.number() });
const summaryShape = z.object({ rows: z.number(), requests: z.number() });

type Costs = z.infer<typeof costsShape>;
interface Sync {
  readonly rows: number;
  readonly requests: number;
  readonly tap: Costs;
  readonly target: Costs;
}

const folder = await mkdtemp(join(tmpdir(), "tap-polar-bench-"));
const [python, server] = await Promise.all([providePython(folder), providePostgres()]);
if ("missing" in python) throw new Error(python.missing);
if ("missing" in server) throw new Error(server.missing);
const { url: serverUrl, stop: stopServer } = server;
const inDagster = (name: string) => program(python, "dagster", name);

async function executable(name: string, text: string): Promise<void> {
  await mkdir(join(name, ".."), { recursive: true });
  await writeFile(name, `#!/bin/sh\n${text}\n`);
  await chmod(name, 0o755);
}

const read = async <T>(shape: z.ZodType<T>, file: string): Promise<T> =>
  shape.parse(JSON.parse(await readFile(file, "utf8")));

const least = (all: readonly Costs[]): Costs => ({
  cpuSeconds: Math.min(...all.map((each) => each.cpuSeconds)),
  peakMegabytes: Math.min(...all.map((each) => each.peakMegabytes)),
});

const leastOf = (syncs: readonly Sync[]): Sync => ({
  rows: Math.max(...syncs.map(({ rows }) => rows)),
  requests: Math.max(...syncs.map(({ requests }) => requests)),
  tap: least(syncs.map(({ tap }) => tap)),
  target: least(syncs.map(({ target }) => target)),
});

/** Runs examples/shell/sync.sh twice, as a first sync and one an hour later, several times. */
async function syncs(sizes: Readonly<Record<string, number>>, rounds: number) {
  const simulator = await startSimulator(sizes);
  const database = await createDatabase(serverUrl);
  try {
    const results: { first: Sync; later: Sync }[] = [];
    for (let round = 0; round < rounds; round++) {
      const place = await mkdtemp(join(folder, "organization-"));
      const settings = {
        api_url: simulator.url,
        access_token: simulator.accessToken,
        requests_per_minute: 1_000_000,
        summary: "summary.json",
      };
      await writeFile(join(place, "config.json"), JSON.stringify(settings));
      const env = {
        PATH: `${join(folder, "measured")}:${process.env.PATH}`,
        TARGET_POSTGRES_SQLALCHEMY_URL: database.url,
        TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA: `round_${round}`,
      };
      const sync = async (): Promise<Sync> => {
        const script = join(root, "examples/shell/sync.sh");
        await execa(script, ["target-postgres", "--config=ENV"], { cwd: place, env });
        return {
          ...(await read(summaryShape, join(place, "summary.json"))),
          tap: await read(costsShape, join(place, "tap-costs.json")),
          target: await read(costsShape, join(place, "target-costs.json")),
        };
      };
      results.push({ first: await sync(), later: await sync() });
    }
    return {
      first: leastOf(results.map(({ first }) => first)),
      later: leastOf(results.map(({ later }) => later)),
    };
  } finally {
    await simulator.stop();
    await database.drop();
  }
}

/** What Dagster itself takes for a run of the example: with a tap and a target that do nothing. */
async function dagsterRun(): Promise<Costs> {
  const database = await createDatabase(serverUrl);
  const home = join(folder, "dagster");
  try {
    await cp(join(root, "examples/dagster"), home, { recursive: true });
    for (const name of ["tap-polar", "target-postgres"]) await executable(join(home, name), "cat");
    const env = {
      PATH: `${home}:${process.env.PATH}`,
      DAGSTER_HOME: home,
      DAGSTER_POSTGRES_URL: database.url,
    };
    const options = { cwd: home, env, input: "" };
    const script =
      "from dagster import DagsterInstance as D; D.get().add_dynamic_partitions('organizations', ['acme'])";
    await execa(inDagster("python"), ["-c", script], options);
    const run = [inDagster("dagster"), "asset", "materialize", "-f", "definitions.py"];
    const of = ["--select", "sales,offer", "--partition", "acme"];
    const all: Costs[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await execa("python3", [join(root, "bench/usage.py"), "costs.json", ...run, ...of], options);
      all.push(await read(costsShape, join(home, "costs.json")));
    }
    return least(all);
  } finally {
    await database.drop();
  }
}

const cpu = ({ cpuSeconds }: Costs): string => cpuSeconds.toFixed(2);
const memory = ({ peakMegabytes }: Costs): string => Math.round(peakMegabytes).toString();

function show(what: string, { rows, requests, tap, target }: Sync): void {
  console.log(`${what}: ${rows.toLocaleString("en")} rows, ${requests} requests`);
  console.log(`  tap              ${cpu(tap)} s of CPU, ${memory(tap)} MB`);
  console.log(`  target-postgres  ${cpu(target)} s of CPU, ${memory(target)} MB`);
}

try {
  const measured = (name: string, costs: string, command: string) =>
    executable(
      join(folder, "measured", name),
      `exec python3 "${join(root, "bench/usage.py")}" ${costs} ${command} "$@"`,
    );
  await measured("tap-polar", "tap-costs.json", `"${process.execPath}" "${tapFile}"`);
  const target = program(python, "target-postgres", "target-postgres");
  await measured("target-postgres", "target-costs.json", `"${target}"`);

  const usual = await syncs(USUAL, ROUNDS);
  const large = await syncs(LARGE, 1);
  const dagster = await dagsterRun();
  show("First sync", usual.first);
  show("First sync of a larger organization", large.first);
  show("An hour later, when nothing has changed", usual.later);
  show("The same, of the larger one", large.later);
  const thousands = (large.first.rows - usual.first.rows) / 1_000;
  const slope = (of: (sync: Sync) => Costs) =>
    ((of(large.first).cpuSeconds - of(usual.first).cpuSeconds) / thousands).toFixed(3);
  console.log("For each 1,000 rows more");
  console.log(`  tap              ${slope(({ tap }) => tap)} s of CPU`);
  console.log(`  target-postgres  ${slope(({ target }) => target)} s of CPU`);
  console.log("Dagster itself, for each run of an organization");
  console.log(`  worker           ${cpu(dagster)} s of CPU, ${memory(dagster)} MB`);
} finally {
  await stopServer();
  await rm(folder, { recursive: true, force: true });
}
