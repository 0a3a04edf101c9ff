/**
 * The log, on stderr only: lines for people, or the Singer SDK's structured log where the
 * orchestrator asks for it.
 */
import type { Writable } from "node:stream";
import { TapError, UserInputError } from "../shared/errors.ts";
import { onOneLine } from "../shared/one-line.ts";
import { NAME } from "../shared/program.ts";
import { LineOutput } from "./line-output.ts";
import { LEVELS, type Level, type Metric, safeMessage } from "./record.ts";
import { Redaction } from "./redaction.ts";
import { readLogSettings } from "./settings.ts";
import { type Sink, sinkForPeople, structuredSink } from "./sinks.ts";

/** What may be said beside the message. No content of records. */
export interface LogFields {
  /** The stream that the message is about. */
  readonly stream?: string;
  /** The error behind the message: its stack is shown at level DEBUG and in the structured log. */
  readonly error?: unknown;
  readonly [name: string]: unknown;
}

/** Where the rooms of the tap write what they have to say. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** Records written since the last such line. */
  recordCount(stream: string, count: number): void;
  /** One HTTP exchange, for the level DEBUG. `statusCode` is undefined when no answer came. */
  requestDuration(endpoint: string, statusCode: number | undefined, seconds: number): void;
  /** Several of them, and their seconds together, for the other levels. */
  requestTotal(
    endpoint: string,
    statusCode: number | undefined,
    count: number,
    seconds: number,
  ): void;
  /** How long a stream took. */
  syncDuration(stream: string, seconds: number, succeeded: boolean): void;
}

/** The log as the command line holds it. */
export interface ProcessLog extends Log {
  /** Masks `secret` in everything that is written from now on. */
  hide(secret: string): void;
  /** `text` with every secret masked, for whoever writes elsewhere. */
  mask(text: string): string;
  /** How many characters {@link show} has room for; undefined where there is no terminal for it. */
  readonly room: number | undefined;
  /** Shows a line below all others, in place of the one before; none when it is empty. */
  show(status: string): void;
  /** The sentence that the user is to see last. Plain text whatever the log's form is. */
  lastLine(message: string): void;
  /** Tells of the error that ends the run; its last line says what happened and what to do. */
  fatal(error: unknown): void;
  /** Resolves when all lines have left the process, or stderr is closed. */
  flush(): Promise<void>;
}

/** Where the log goes. It knows of a terminal by itself. */
type LogOutput = Writable & { readonly isTTY?: boolean; readonly columns?: number };

type Environment = Readonly<Record<string, string | undefined>>;

/** Whoever has made more mistakes than this begins with the first. */
const MOST_MISTAKES = 10;

/**
 * Opens the log. Its level is that of TAP_POLAR_LOGLEVEL, or LOGLEVEL, or the file that
 * SINGER_SDK_LOG_CONFIG names, or INFO; its form that of TAP_POLAR_LOG_FORMAT, or of that file. A
 * mistake in these is told in the log and ends nothing.
 */
export async function createLog(
  output: LogOutput = process.stderr,
  environment: Environment = process.env,
): Promise<ProcessLog> {
  const { level, isStructured, mistakes } = readLogSettings(environment);
  const redaction = new Redaction();
  const lines = new LineOutput(output);
  const sink = isStructured
    ? await structuredSink(lines, redaction)
    : sinkForPeople(lines, redaction, level === "debug");
  const isShown = output.isTTY === true && !isStructured && isLogged("info", level);
  const room = isShown ? () => (output.columns || 80) - 1 : () => undefined;
  const log = new StderrLog(lines, redaction, sink, level, room);
  for (const mistake of mistakes) log.warn(mistake);
  return log;
}

class StderrLog implements ProcessLog {
  readonly #lines: LineOutput;
  readonly #redaction: Redaction;
  readonly #sink: Sink;
  readonly #level: Level;
  readonly #room: () => number | undefined;

  constructor(
    lines: LineOutput,
    redaction: Redaction,
    sink: Sink,
    level: Level,
    room: () => number | undefined,
  ) {
    this.#lines = lines;
    this.#redaction = redaction;
    this.#sink = sink;
    this.#level = level;
    this.#room = room;
  }

  debug(message: string, fields?: LogFields): void {
    this.#write("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#write("warning", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#write("error", message, fields);
  }

  recordCount(stream: string, count: number): void {
    this.#measure({ type: "counter", metric: "record_count", value: count, tags: { stream } });
  }

  requestDuration(endpoint: string, statusCode: number | undefined, seconds: number): void {
    const tags = requestTags(endpoint, statusCode);
    const metric = {
      type: "timer",
      metric: "http_request_duration",
      value: seconds,
      tags,
    } as const;
    this.#measure(metric, "debug");
  }

  requestTotal(
    endpoint: string,
    statusCode: number | undefined,
    count: number,
    seconds: number,
  ): void {
    // At DEBUG each of them has been logged.
    if (this.#level === "debug") return;
    const tags = { ...requestTags(endpoint, statusCode), count };
    this.#measure({ type: "timer", metric: "http_request_duration", value: seconds, tags });
  }

  syncDuration(stream: string, seconds: number, succeeded: boolean): void {
    const tags = { stream, status: statusWord(succeeded) };
    this.#measure({ type: "timer", metric: "sync_duration", value: seconds, tags });
  }

  mask(text: string): string {
    return this.#redaction.apply(text);
  }

  get room(): number | undefined {
    return this.#room();
  }

  show(status: string): void {
    this.#lines.show(this.#redaction.apply(onOneLine(status)));
  }

  hide(secret: string): void {
    this.#redaction.hide(secret);
  }

  lastLine(message: string): void {
    this.show("");
    // The name before it also keeps it from being valid JSON, which some readers would parse.
    this.#lines.write(this.#redaction.apply(onOneLine(`${NAME}: ${message}`)));
  }

  fatal(error: unknown): void {
    if (error instanceof TapError) {
      if (error instanceof UserInputError) this.#mistakes(error.mistakes);
      else this.error(error.message, { error });
      this.lastLine(error.message);
      return;
    }
    this.#write("critical", "Unexpected error", { error });
    const what = error instanceof Error ? `${error.name}: ${safeMessage(error)}` : String(error);
    this.lastLine(`unexpected ${what}; this is a bug, please report it with the lines above.`);
  }

  flush(): Promise<void> {
    return this.#lines.flush();
  }

  #mistakes(mistakes: readonly string[]): void {
    for (const mistake of mistakes.slice(0, MOST_MISTAKES)) this.error(mistake);
    const more = mistakes.length - MOST_MISTAKES;
    if (more > 0) this.error(`and ${more} more like these`);
  }

  #write(level: Level, message: string, fields: LogFields = {}): void {
    if (!isLogged(level, this.#level)) return;
    const { stream, error, ...extra } = fields;
    this.#sink({ level, message, stream, error, extra, metric: undefined });
  }

  #measure(metric: Metric, level: Level = "info"): void {
    if (!isLogged(level, this.#level)) return;
    const stream = metric.tags.stream === undefined ? undefined : String(metric.tags.stream);
    this.#sink({ level, message: "METRIC", stream, error: undefined, extra: {}, metric });
  }
}

/** Whether a log of one level has what is of another. */
function isLogged(level: Level, least: Level): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(least);
}

function requestTags(endpoint: string, statusCode: number | undefined): Metric["tags"] {
  const succeeded = statusCode !== undefined && statusCode < 400;
  const code = statusCode === undefined ? {} : { http_status_code: statusCode };
  return { endpoint, ...code, status: statusWord(succeeded) };
}

function statusWord(succeeded: boolean): string {
  return succeeded ? "succeeded" : "failed";
}
