/**
 * The log, on stderr only: lines for people, or the Singer SDK's structured log where the
 * orchestrator asks for it.
 */
import type { Writable } from "node:stream";
import { TapError, UserInputError } from "../shared/errors.ts";
import { NAME } from "../shared/program.ts";
import {
  LEVELS,
  type Level,
  type LogRecord,
  linesForPeople,
  type Metric,
  onOneLine,
  safeMessage,
  structuredFields,
} from "./record.ts";
import { maskTokens, Redaction } from "./redaction.ts";
import { readLogSettings } from "./settings.ts";

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
  /** One HTTP exchange. `statusCode` is undefined when no answer came. */
  requestDuration(endpoint: string, statusCode: number | undefined, seconds: number): void;
  /** How long a stream took. */
  syncDuration(stream: string, seconds: number, succeeded: boolean): void;
}

/** The log as the command line holds it. */
export interface ProcessLog extends Log {
  /** Masks `secret` in everything that is written from now on. */
  hide(secret: string): void;
  /** The sentence that the user is to see last. Plain text whatever the log's form is. */
  lastLine(message: string): void;
  /** Tells of the error that ends the run; its last line says what happened and what to do. */
  fatal(error: unknown): void;
  /** Resolves when all lines have left the process, or stderr is closed. */
  flush(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Whoever has made more mistakes than this begins with the first. */
const MOST_MISTAKES = 10;

/** Passes one record on in the log's form. */
type Sink = (record: LogRecord) => void;

/**
 * Opens the log. Its level is that of TAP_POLAR_LOGLEVEL, or LOGLEVEL, or the file that
 * SINGER_SDK_LOG_CONFIG names, or INFO. A mistake in these is told in the log and ends nothing.
 */
export async function createLog(
  output: Writable = process.stderr,
  environment: Environment = process.env,
): Promise<ProcessLog> {
  const { level, isStructured, mistakes } = readLogSettings(environment);
  const redaction = new Redaction();
  const lines = new LineOutput(output);
  const sink = isStructured
    ? await structuredSink(lines, redaction)
    : sinkForPeople(lines, redaction, level === "debug");
  const log = new StderrLog(lines, redaction, sink, level);
  for (const mistake of mistakes) log.warn(mistake);
  return log;
}

class StderrLog implements ProcessLog {
  readonly #lines: LineOutput;
  readonly #redaction: Redaction;
  readonly #sink: Sink;
  readonly #threshold: number;

  constructor(lines: LineOutput, redaction: Redaction, sink: Sink, level: Level) {
    this.#lines = lines;
    this.#redaction = redaction;
    this.#sink = sink;
    this.#threshold = LEVELS.indexOf(level);
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
    const succeeded = statusCode !== undefined && statusCode < 400;
    const code = statusCode === undefined ? {} : { http_status_code: statusCode };
    const tags = { endpoint, ...code, status: statusWord(succeeded) };
    this.#measure({ type: "timer", metric: "http_request_duration", value: seconds, tags });
  }

  syncDuration(stream: string, seconds: number, succeeded: boolean): void {
    const tags = { stream, status: statusWord(succeeded) };
    this.#measure({ type: "timer", metric: "sync_duration", value: seconds, tags });
  }

  hide(secret: string): void {
    this.#redaction.hide(secret);
  }

  lastLine(message: string): void {
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
    if (LEVELS.indexOf(level) < this.#threshold) return;
    const { stream, error, ...extra } = fields;
    this.#sink({ level, message, stream, error, extra, metric: undefined });
  }

  #measure(metric: Metric): void {
    if (LEVELS.indexOf("info") < this.#threshold) return;
    const stream = metric.tags.stream === undefined ? undefined : String(metric.tags.stream);
    this.#sink({ level: "info", message: "METRIC", stream, error: undefined, extra: {}, metric });
  }
}

function statusWord(succeeded: boolean): string {
  return succeeded ? "succeeded" : "failed";
}

/** Whole lines to a stream that may be closed at any time: a log must not end the run. */
class LineOutput {
  readonly #output: Writable;
  #isClosed = false;

  constructor(output: Writable) {
    this.#output = output;
    output.on("error", () => {
      this.#isClosed = true; // nobody reads the log any more, so there is nobody to tell
    });
  }

  write(lines: string): void {
    if (!this.#isClosed) this.#output.write(`${lines}\n`);
  }

  flush(): Promise<void> {
    if (this.#isClosed || this.#output.writableLength === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#output.write("", () => resolve());
    });
  }
}

function sinkForPeople(lines: LineOutput, redaction: Redaction, isDebug: boolean): Sink {
  return (record) => {
    const withStack = isDebug || record.level === "critical";
    lines.write(redaction.apply(linesForPeople(record, new Date(), withStack)));
  };
}

/** pino is loaded for the structured log only: it would cost every discovery its start-up. */
async function structuredSink(lines: LineOutput, redaction: Redaction): Promise<Sink> {
  const { default: pino } = await import("pino");
  const logger = pino(
    {
      level: "debug",
      customLevels: { debug: 20, info: 30, warning: 40, error: 50, critical: 60 },
      useOnlyCustomLevels: true,
      messageKey: "message",
      base: { pid: process.pid, logger_name: NAME, thread_name: "MainThread", app_name: NAME },
      timestamp: () => `,"ts":${Date.now() / 1000}`,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Masking the strings, not the line, keeps the line valid JSON whatever the secret is.
    { write: (line) => lines.write(masked(line, redaction)) },
  );
  return (record) => logger[record.level](structuredFields(record), record.message);
}

function masked(line: string, redaction: Redaction): string {
  const values = JSON.stringify(
    JSON.parse(line, (_, value) => (typeof value === "string" ? redaction.apply(value) : value)),
  );
  return maskTokens(values); // in names, too
}
