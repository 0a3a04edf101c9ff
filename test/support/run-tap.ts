/**
 * Runs the built tap as its users do: as a process of its own, with files for its config, catalog
 * and state. Processes end with the test that started them.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { checkDiscretion } from "./discretion.ts";
import {
  type Ending,
  namedPipe,
  type ProcessOptions,
  type Running,
  startCommand,
  workFolder,
} from "./processes.ts";
import { type SingerMessage, type StateMessage, singerMessage } from "./singer-messages.ts";

/** What the tap is started with. An object becomes a JSON file, a string the file's very text. */
export interface TapInput {
  readonly config?: object | string | undefined;
  readonly catalog?: object | string | undefined;
  readonly state?: object | string | undefined;
  /** A command for people, such as `check`: it stands first. */
  readonly word?: string;
  /** Further arguments, after `--config`, `--catalog` and `--state`. */
  readonly args?: readonly string[];
  /** The whole environment, besides PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** The instant (ISO 8601) at which the tap's clock stands still. Timers go on. */
  readonly frozenAt?: string;
}

/**
 * Starts the tap; `onLine` hears each line of its stdout as it comes. Awaiting its end fails when it
 * gave away what it must not: see {@link checkDiscretion}.
 */
export async function startTap(
  input: TapInput,
  further: Pick<ProcessOptions, "onLine" | "to"> = {},
): Promise<Running> {
  const { args, options } = await prepareTap(input);
  const tap = startCommand("tap.js", args, { ...options, ...further });
  const ended = tap.ended.then((ending) => {
    checkDiscretion(ending, tokenOf(input));
    return ending;
  });
  // Who never awaits the end has no need to know.
  ended.catch(() => undefined);
  return { ...tap, ended };
}

function tokenOf({ config }: TapInput): string | undefined {
  if (typeof config !== "object" || !("access_token" in config)) return undefined;
  return String(config.access_token);
}

/** Runs the tap to its end. */
export async function runTap(input: TapInput): Promise<Ending> {
  const tap = await startTap(input);
  return tap.ended;
}

/**
 * Runs the tap and sends it a signal with the first line of its output for which `isTime` holds;
 * `count` tells how many lines there have been. The result's lines are all that it wrote, so also
 * what came before the signal took effect.
 */
export async function runTapUntil(
  input: TapInput,
  signal: NodeJS.Signals,
  isTime: (line: string, count: number) => boolean,
): Promise<Ending> {
  let sent = false;
  const tap = await startTap(input, {
    onLine: (line, running) => {
      if (sent || !isTime(line, running.lines.length)) return;
      sent = true;
      running.kill(signal);
    },
  });
  return tap.ended;
}

function typeOf(line: string): unknown {
  const message: unknown = JSON.parse(line);
  return typeof message === "object" && message !== null && "type" in message
    ? message.type
    : undefined;
}

/** Lines as Singer messages. Large numbers lose digits here: compare lines where they matter. */
export function messagesOf(lines: readonly string[]): SingerMessage[] {
  return lines.map((line) => singerMessage.parse(JSON.parse(line)));
}

/** The value of the last STATE among the lines, to resume from; undefined when there is none. */
export function lastStateOf(lines: readonly string[]): StateMessage["value"] | undefined {
  const last = lines.findLast((line) => typeOf(line) === "STATE");
  const [message] = last === undefined ? [] : messagesOf([last]);
  return message?.type === "STATE" ? message.value : undefined;
}

/** The lines that a target has confirmed by the last STATE among them. */
export function confirmedLinesOf(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => typeOf(line) === "STATE") + 1);
}

/** What target-jsonl made of its input. Its lines are the states it confirmed. */
export interface TargetEnding extends Ending {
  /** The rows of a stream's file, as text. */
  rows(stream: string): Promise<readonly string[]>;
}

/** Further arguments of target-jsonl, and the folder it writes into: a new one unless given. */
export interface TargetInput {
  readonly args?: readonly string[];
  readonly folder?: string;
}

/** Runs target-jsonl on input of one's own. */
export function runTarget(singer: string | Buffer, input: TargetInput = {}): Promise<TargetEnding> {
  return endTarget(input, { input: singer });
}

/** Runs `tap | target-jsonl`, joined by a pipe like a shell's, so that each notices the other. */
export async function runIntoTarget(
  input: TapInput,
  targetInput: TargetInput = {},
): Promise<{ readonly tap: Ending; readonly target: TargetEnding }> {
  const pipe = await namedPipe();
  const tap = await startTap(input, { to: pipe });
  const target = await endTarget(targetInput, { from: pipe });
  return { tap: await tap.ended, target };
}

async function endTarget(
  { args = [], folder }: TargetInput,
  options: ProcessOptions,
): Promise<TargetEnding> {
  const output = folder ?? (await workFolder());
  const target = startCommand("target-jsonl.js", ["--output", output, ...args], options);
  return {
    ...(await target.ended),
    async rows(stream) {
      const text = await readFile(join(output, `${stream}.jsonl`), "utf8");
      return text === "" ? [] : text.slice(0, -1).split("\n");
    },
  };
}

async function prepareTap({ word, args = [], env, frozenAt, ...files }: TapInput) {
  const cwd = await workFolder();
  const fileArgs: string[] = [];
  for (const [name, content] of Object.entries(files)) {
    if (content === undefined) continue;
    const file = join(cwd, `${name}.json`);
    await writeFile(file, typeof content === "string" ? content : JSON.stringify(content));
    fileArgs.push(`--${name}`, file);
  }
  const options: ProcessOptions = {
    cwd,
    env: { ...env, ...(frozenAt !== undefined && { FROZEN_CLOCK: frozenAt }) },
    nodeArgs: frozenAt === undefined ? [] : ["--import", frozenClock],
  };
  return { args: [...(word === undefined ? [] : [word]), ...fileArgs, ...args], options };
}

/** A preload for Node that stops the clock. */
export const frozenClock = new URL("frozen-clock.mjs", import.meta.url).href;
