/**
 * The whole way on one machine, without a token: an embedded Polar API, the tap, and a target that
 * writes files. Ends with exit code 0 only when every stream arrived complete. With `--report`, the
 * rows become a page of charts as well.
 */
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { execa } from "execa";
import { z } from "zod";
import { LineSplitter } from "../test/support/target-jsonl/lines.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const output = join(root, "output");
// A child never outlives the demo: execa ends it when this process ends.
const inRoot = { cwd: root, stdin: "ignore", reject: false } as const;

interface Row {
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
  /** How long the tap worked on the stream, as it says itself; undefined when it does not say. */
  readonly seconds: number | undefined;
  readonly file: string;
}

const listening = z.object({ url: z.url(), access_token: z.string() });

/** Starts the simulator and tells where it listens. */
async function startSimulator() {
  const flags = ["--now", new Date().toISOString(), "--ordinary-amounts"];
  const child = execa(process.execPath, ["--import", "tsx", "simulator/main.ts", ...flags], inRoot);
  const line = once(createInterface(child.stdout), "line").then(([first]) => String(first));
  const first = await Promise.race([line, child]);
  if (typeof first !== "string") throw new Error(`The simulator did not start.\n${first.stderr}`);
  const { url, access_token: accessToken } = listening.parse(JSON.parse(first));
  return { url, accessToken, stop: () => child.kill() };
}

/** The streams that the catalog offers. */
async function readStreams(): Promise<string[]> {
  const catalog: unknown = JSON.parse(await readFile(join(root, "catalog.json"), "utf8"));
  const { streams } = z
    .object({ streams: z.array(z.object({ tap_stream_id: z.string() })) })
    .parse(catalog);
  return streams.map((stream) => stream.tap_stream_id);
}

/** Runs `tap | target-jsonl` and returns the tap's log and the last state that was confirmed. */
async function sync(config: string): Promise<{ log: string; state: string }> {
  const tap = execa(
    process.execPath,
    ["dist/tap.js", "--config", config, "--catalog", "catalog.json"],
    { ...inRoot, buffer: { stdout: false } },
  );
  const targetEnd = await tap.pipe(process.execPath, ["dist/target-jsonl.js", "--output", output], {
    cwd: root,
    reject: false,
    lines: true,
  });
  const tapEnd = await tap;
  if (tapEnd.exitCode !== 0) throw new Error(`The tap failed.\n${tapEnd.stderr}`);
  if (targetEnd.exitCode !== 0)
    throw new Error(`The target failed.\n${targetEnd.stderr.join("\n")}`);
  return { log: tapEnd.stderr, state: targetEnd.stdout.at(-1) ?? "{}" };
}

const metricShape = z.object({
  metric: z.literal("sync_duration"),
  value: z.number(),
  tags: z.object({ stream: z.string() }),
});

/** Seconds per stream, from the METRIC lines in the tap's log. */
function readDurations(log: string): Map<string, number> {
  const durations = new Map<string, number>();
  for (const [, json = ""] of log.matchAll(/METRIC: (\{.*\})/g)) {
    const metric = metricShape.safeParse(JSON.parse(json));
    if (metric.success) durations.set(metric.data.tags.stream, metric.data.value);
  }
  return durations;
}

/** What arrived: a row per file. */
async function readRows(streams: readonly string[], log: string): Promise<Row[]> {
  const durations = readDurations(log);
  const rows: Row[] = [];
  for (const stream of streams) {
    const path = fileOf(stream);
    const found = await stat(path).catch(absent);
    if (found === undefined) continue;
    let records = 0;
    const lines = new LineSplitter();
    for await (const chunk of createReadStream(path)) for (const _ of lines.push(chunk)) records++;
    const file = `output/${stream}.jsonl`;
    rows.push({ stream, records, bytes: found.size, seconds: durations.get(stream), file });
  }
  return rows;
}

const fileOf = (stream: string) => join(output, `${stream}.jsonl`);

/** A stream that is not selected has no file. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function formatTable(rows: readonly Row[]): string {
  const cells = rows.map(({ stream, records, bytes, seconds, file }) => [
    stream,
    records.toLocaleString("en"),
    bytes.toLocaleString("en"),
    seconds?.toFixed(2) ?? "–",
    file,
  ]);
  const table = [["stream", "records", "bytes", "seconds", "file"], ...cells];
  const widths = [0, 1, 2, 3, 4].map((at) => Math.max(...table.map((row) => row[at]?.length ?? 0)));
  const isText = (column: number) => column === 0 || column === 4;
  return table
    .map((row) =>
      row
        .map((cell, at) =>
          isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const next = `
Each file holds one row a line; output/state.json holds the state that the next run would start from.

With your own data:
  1. In Polar's organization settings make an access token with read scopes (it starts with polar_oat_).
  2. Copy config.sample.json to config.json and put the token in.
  3. node dist/tap.js --config config.json --catalog catalog.json | any Singer target
`;

/** Draws what arrived. The library of charts is loaded only for this. */
async function report(): Promise<string> {
  const { writeReport } = await import("./report/write.ts");
  const path = await writeReport(output, Date.now());
  return `Charts of MRR, churn, revenue and cohorts are in output/report.html. Open it in a browser:
  ${pathToFileURL(path)}`;
}

const offer = "To see charts of them: npm run demo -- --report";

async function demo(): Promise<void> {
  const { values } = parseArgs({ options: { report: { type: "boolean", default: false } } });
  console.log("Building the tap …");
  await execa(process.execPath, ["scripts/build.js"], { cwd: root });
  const streams = await readStreams();
  for (const stream of streams) await rm(fileOf(stream), { force: true });
  console.log("Starting an embedded Polar API …");
  const simulator = await startSimulator();
  const folder = await mkdtemp(join(tmpdir(), "tap-polar-demo-"));
  try {
    const config = join(folder, "config.json");
    const settings = { access_token: simulator.accessToken, api_url: simulator.url };
    await writeFile(config, JSON.stringify(settings));
    console.log("tap-polar --config config.json --catalog catalog.json | target-jsonl\n");
    const { log, state } = await sync(config);
    await writeFile(join(output, "state.json"), `${state}\n`);
    const rows = await readRows(streams, log);
    if (rows.length === 0) throw new Error("No stream arrived.");
    console.log(formatTable(rows));
    console.log(next);
    console.log(values.report ? await report() : offer);
  } finally {
    simulator.stop();
    await rm(folder, { recursive: true });
  }
}

try {
  await demo();
} catch (error) {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : error}`);
  // Not only the exit code: a child that is left would keep this process waiting for it.
  process.exit(1);
}
