/** One entry of the log, and how it looks to people and to programs. */
import { TapError } from "../shared/errors.ts";
import { onOneLine } from "../shared/one-line.ts";

/** From the least to the most severe, in the names that Python and Meltano use. */
export const LEVELS = ["debug", "info", "warning", "error", "critical"] as const;

export type Level = (typeof LEVELS)[number];

/** A measurement, in the shape of the Singer SDK. */
export interface Metric {
  readonly type: "counter" | "timer";
  readonly metric: "record_count" | "http_request_duration" | "sync_duration";
  /** Seconds of a timer; of a counter, how many since the last such line. */
  readonly value: number;
  readonly tags: Readonly<Record<string, string | number>>;
}

export interface LogRecord {
  readonly level: Level;
  readonly message: string;
  readonly stream: string | undefined;
  readonly metric: Metric | undefined;
  readonly error: unknown;
  /** Whatever else was said of it. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** `2026-01-31T12:00:00.000Z INFO orders: message (name=value, …)` and a line per stack frame. */
export function linesForPeople(record: LogRecord, time: Date, withStack: boolean): string {
  const { metric } = record;
  const start = `${time.toISOString()} ${record.level.toUpperCase()}`;
  // There is one for each request, and its JSON is one line as it is.
  if (metric !== undefined) return `${start} METRIC: ${JSON.stringify(metric)}`;
  const said = messageOf(record);
  const details = Object.entries(record.extra)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const suffix = details.length === 0 ? "" : ` (${details.join(", ")})`;
  const first = `${start} ${said}${suffix}`;
  const stack = withStack && record.error !== undefined ? stackOf(exceptionOf(record.error)) : [];
  return [first, ...stack].map(onOneLine).join("\n");
}

function stackOf(exception: LoggedException, introduction = ""): string[] {
  const frames = exception.traceback.map(
    (frame) => `    at ${frame.function} (${frame.filename}:${frame.lineno})`,
  );
  const cause = exception.cause === undefined ? [] : stackOf(exception.cause, "caused by ");
  return [`  ${introduction}${exception.type}: ${exception.message}`, ...frames, ...cause];
}

/**
 * The message in the Singer SDK's structured log. Meltano's console shows nothing else of an entry, so
 * it names the stream and what was measured.
 */
export function structuredMessage(record: LogRecord): string {
  const { message, metric } = record;
  if (metric === undefined) return messageOf(record);
  const about = metric.tags.stream ?? metric.tags.endpoint;
  return `${message} ${about}: ${metric.metric} ${metric.value}`;
}

/** The message with the stream that it is about, unless it begins with that anyhow. */
function messageOf({ message, stream }: LogRecord): string {
  return stream === undefined || message.startsWith(stream) ? message : `${stream}: ${message}`;
}

/** The fields of the Singer SDK's structured log that differ from line to line. */
export function structuredFields(record: LogRecord): Record<string, unknown> {
  return {
    stream_name: record.stream ?? null,
    extra: record.extra,
    ...(record.metric === undefined ? {} : { metric_info: record.metric }),
    ...(record.error === undefined ? {} : { exception: exceptionOf(record.error) }),
  };
}

/** An error as the structured log has it. */
interface LoggedException {
  readonly type: string;
  readonly module: string;
  readonly message: string;
  readonly traceback: readonly {
    readonly filename: string;
    readonly function: string;
    readonly lineno: number;
    readonly line: string;
  }[];
  readonly cause?: LoggedException;
}

/** Causes beyond this depth are left out: a chain may lead back to itself. */
const MOST_CAUSES = 5;

function exceptionOf(error: unknown, depth = 0): LoggedException {
  if (!(error instanceof Error)) {
    return { type: typeof error, module: "node", message: String(error), traceback: [] };
  }
  const hasCause = error.cause !== undefined && depth < MOST_CAUSES;
  return {
    type: error.name,
    module: error instanceof TapError ? "tap_polar" : "node",
    message: safeMessage(error),
    traceback: framesOf(error),
    ...(hasCause ? { cause: exceptionOf(error.cause, depth + 1) } : {}),
  };
}

/** An error's message, unless it is one that quotes the text it failed to parse. */
export function safeMessage(error: Error): string {
  return error instanceof SyntaxError ? "invalid syntax" : error.message;
}

function framesOf(error: Error): LoggedException["traceback"] {
  const frames = (error.stack ?? "").matchAll(/^ +at (?:(.+) \()?(.+?):(\d+):\d+\)?$/gm);
  return [...frames].map(([, name, filename, line]) => ({
    filename: filename ?? "",
    function: name ?? "<anonymous>",
    lineno: Number(line),
    line: "",
  }));
}
