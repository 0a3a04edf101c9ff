/**
 * target-jsonl: a Singer target that writes each stream into `<stream>.jsonl` and is strict about
 * the protocol. The tests and the demo pipe the tap into it; `npm run build` bundles it into
 * `dist/target-jsonl.js`.
 *
 * A STATE is printed on stdout once the records before it are in their files. After the first
 * violation no state is printed any more: what was refused must be sent again.
 * Exit code 0: all is well; 1: a violation, one line each on stderr; 2: wrong usage.
 */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { LineSplitter } from "./target-jsonl/lines.ts";
import { StreamFiles } from "./target-jsonl/stream-files.ts";
import { Target } from "./target-jsonl/target.ts";

const help = `Usage: tap … | target-jsonl --output DIR [options]

  --output DIR     the folder for <stream>.jsonl (made when missing)
  --overwrite      start every file anew (default: append)
  --interrupted    the tap may be killed: allow a cut last line and no STATE at the end
  --slow MS        wait so many milliseconds before each read
  --die-after N    end with exit code 1 after N records, without reading on
  --help           print this
`;

/** The options, or an Error that says what is wrong with them. */
function readOptions(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      output: { type: "string" },
      overwrite: { type: "boolean", default: false },
      interrupted: { type: "boolean", default: false },
      slow: { type: "string", default: "0" },
      "die-after": { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { output, overwrite, interrupted } = values;
  if (values.help) return "help";
  if (output === undefined) throw new Error("--output DIR is missing");
  return {
    output,
    overwrite,
    interrupted,
    slow: readCount("--slow", values.slow),
    dieAfter: readCount("--die-after", values["die-after"] ?? "Infinity"),
  };
}

function readCount(option: string, text: string): number {
  const count = Number(text);
  if (text.trim() === "" || !(count >= 0))
    throw new Error(`${option} takes a number, not "${text}"`);
  return count;
}

async function print(line: string): Promise<void> {
  if (!process.stdout.write(`${line}\n`)) await once(process.stdout, "drain");
}

type Options = Exclude<ReturnType<typeof readOptions>, "help">;

/** Reads stdin to its end and returns the exit code. */
async function run(options: Options): Promise<number> {
  const files = new StreamFiles(options.output, options.overwrite);
  const target = new Target(files, (violation) => process.stderr.write(`${violation}\n`));
  const lines = new LineSplitter();
  // Whatever has come is on disk before its states are printed, and before more is read.
  const settle = async () => {
    files.flush();
    for (const state of target.takeStates()) await print(state);
  };
  for await (const chunk of process.stdin) {
    if (options.slow > 0) await pause(options.slow);
    for (const line of lines.push(chunk)) {
      target.receive(line);
      if (target.records >= options.dieAfter) {
        await settle();
        process.stderr.write(`Died after ${target.records} records, as asked by --die-after.\n`);
        return 1;
      }
    }
    await settle();
  }
  if (!options.interrupted) target.end(lines.rest);
  files.close();
  return target.summarize() ? 0 : 1;
}

async function main(): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}. Try --help.\n`);
    return 2;
  }
  if (options === "help") {
    process.stdout.write(help);
    return 0;
  }
  return run(options);
}

process.exitCode = await main();
