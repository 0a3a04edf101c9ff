/**
 * How long `tap | target` takes, against the target alone on what the tap has written before: the
 * difference is what the tap costs. A Node process that does nothing but copy the file into the pipe
 * shows how much of it any such process costs. The runs alternate and the best ones count: what else
 * the machine does only ever adds.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { createDatabase } from "../test/e2e/database.ts";
import { providePostgres } from "../test/e2e/provision/postgres.ts";
import { program, providePython } from "../test/e2e/provision/python.ts";
import { startSimulator, tap as tapFile, timed } from "./processes.ts";

const ORDERS = 5_000;
const ROUNDS = 5;
const COPY = 'require("node:fs").createReadStream(process.argv[1]).pipe(process.stdout)';

type Command = readonly string[];

/** Seconds by the clock, and seconds of work. */
interface Times {
  readonly real: number;
  readonly work: number;
}

/**
 * Runs `first | second`, or `second < file`, by a shell, whose pipe is the one that users have. It
 * tells how long the whole took, and how long each side worked.
 */
async function run(second: Command, first: Command | { readonly file: string }) {
  const timed = `exec 3>&2; TIMEFORMAT='%R %U %S'
measured() { local name=$1; shift; { time "$@" 2>/dev/null 3>&-; } 2> >(sed "s/^/$name /" >&3); }
`;
  const quoted = (command: Command) => command.map((word) => `'${word}'`).join(" ");
  const target = `measured target ${quoted(second)} >/dev/null`;
  const script =
    "file" in first ? `${target} <'${first.file}'` : `measured tap ${quoted(first)} | ${target}`;
  const { stderr } = await execa("bash", [
    "-o",
    "pipefail",
    "-c",
    `${timed}${script}; code=$?; wait; exit $code`,
  ]);
  const timesOf = (name: string): Times => {
    const [, real, user, system] =
      new RegExp(`^${name} ([\\d.]+) ([\\d.]+) ([\\d.]+)$`, "m").exec(stderr) ?? [];
    return { real: Number(real), work: Number(user) + Number(system) };
  };
  return { tap: timesOf("tap"), target: timesOf("target") };
}

/** Measures one target. Each of its runs gets a command of its own, for a place of its own. */
async function measure(name: string, tap: Command, file: string, target: () => Promise<Command>) {
  const rounds: { alone: number; fed: number; piped: number; tap: Times; target: Times }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const alone = (await run(await target(), { file })).target.real;
    const fed = (await run(await target(), [process.execPath, "-e", COPY, file])).target.real;
    const both = await run(await target(), tap);
    rounds.push({ alone, fed, piped: Math.max(both.target.real, both.tap.real), ...both });
  }
  const alone = Math.min(...rounds.map((each) => each.alone));
  const fed = Math.min(...rounds.map((each) => each.fed));
  const [best] = rounds.toSorted((a, b) => a.piped - b.piped);
  if (best === undefined) return;
  const { piped } = best;
  const more = (seconds: number) => `${((100 * (seconds - alone)) / alone).toFixed(1)} % more time`;
  console.log(`\n${name}, ${ORDERS} orders, best of ${ROUNDS} runs`);
  console.log(`  target alone   ${rate(alone)}`);
  console.log(`  copy | target  ${rate(fed)}, ${more(fed)}`);
  console.log(`  tap | target   ${rate(piped)}, ${more(piped)}`);
  const share = ({ work }: Times) => `${work.toFixed(2)} s (${Math.round((100 * work) / piped)} %)`;
  console.log(
    `  In the pipe, the tap works for ${share(best.tap)}, the target for ${share(best.target)};`,
  );
  const slower = best.tap.work < best.target.work ? "target" : "tap";
  console.log(`  the ${slower} has more to do, and the other side waits for it.`);
}

const rate = (seconds: number): string =>
  `${seconds.toFixed(2)} s, ${Math.round(ORDERS / seconds)} records/s`;

const folder = await mkdtemp(join(tmpdir(), "tap-polar-bench-"));
const [python, server] = await Promise.all([providePython(folder), providePostgres()]);
if ("missing" in python) throw new Error(python.missing);
if ("missing" in server) throw new Error(server.missing);
const simulator = await startSimulator({ orders: ORDERS });
const database = await createDatabase(server.url);
try {
  const configFile = async (name: string, content: object) => {
    await writeFile(join(folder, name), JSON.stringify(content));
    return join(folder, name);
  };
  const { url, accessToken } = simulator;
  const settings = { api_url: url, access_token: accessToken, requests_per_minute: 1_000_000 };
  const config = await configFile("config.json", settings);
  const selected = { breadcrumb: [], metadata: { selected: true } };
  const catalog = await configFile("catalog.json", {
    streams: [{ tap_stream_id: "orders", metadata: [selected] }],
  });
  const args = [tapFile, "--config", config, "--catalog", catalog];
  const tap = [process.execPath, ...args];

  const file = join(folder, "orders.singer");
  await execa(process.execPath, args, { stdout: { file }, stderr: "ignore" });
  console.log(`tap alone        ${rate(await timed(args))}`);

  let runs = 0;
  await measure("target-jsonl", tap, file, async () => {
    const target = await configFile("jsonl.json", {
      destination_path: await mkdtemp(join(folder, "output-")),
    });
    return [program(python, "target-jsonl", "target-jsonl"), "--config", target];
  });
  await measure("target-postgres", tap, file, async () => {
    const target = await configFile("postgres.json", {
      sqlalchemy_url: database.url,
      default_target_schema: `run_${++runs}`,
    });
    return [program(python, "target-postgres", "target-postgres"), "--config", target];
  });
} finally {
  await simulator.stop();
  await database.drop();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
