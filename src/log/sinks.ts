/** The two forms of the log. */
import { NAME } from "../shared/program.ts";
import type { LineOutput } from "./line-output.ts";
import { type LogRecord, linesForPeople, structuredFields, structuredMessage } from "./record.ts";
import { maskTokens, type Redaction } from "./redaction.ts";

/** Passes one record on in the log's form. */
export type Sink = (record: LogRecord) => void;

/** Lines for people; with the stacks of errors only for those who look for a bug. */
export function sinkForPeople(lines: LineOutput, redaction: Redaction, isDebug: boolean): Sink {
  return (record) => {
    const withStack = isDebug || record.level === "critical";
    lines.write(redaction.apply(linesForPeople(record, new Date(), withStack)));
  };
}

/** pino is loaded for the structured log only: it would cost every discovery its start-up. */
export async function structuredSink(lines: LineOutput, redaction: Redaction): Promise<Sink> {
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
  return (record) => logger[record.level](structuredFields(record), structuredMessage(record));
}

function masked(line: string, redaction: Redaction): string {
  const values = JSON.stringify(
    JSON.parse(line, (_, value) => (typeof value === "string" ? redaction.apply(value) : value)),
  );
  return maskTokens(values); // in names, too
}
