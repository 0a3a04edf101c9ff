/** What the environment asks of the log. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { errorCode } from "../shared/errors.ts";
import type { Level } from "./record.ts";

export interface LogSettings {
  readonly level: Level;
  readonly isStructured: boolean;
  /** What could not be understood, each in one line. */
  readonly mistakes: readonly string[];
}

/** Python's names of the levels, and its numbers. */
const LEVEL_NAMES: Readonly<Record<string, Level>> = {
  NOTSET: "debug",
  DEBUG: "debug",
  "10": "debug",
  INFO: "info",
  "20": "info",
  WARN: "warning",
  WARNING: "warning",
  "30": "warning",
  ERROR: "error",
  "40": "error",
  FATAL: "critical",
  CRITICAL: "critical",
  "50": "critical",
};

const STRUCTURED_FORMATTER = "singer_sdk.logging.StructuredFormatter";

/** The parts we need of a Python logging configuration, as Meltano writes it. */
const loggingFile = z.object({
  formatters: z.record(z.string(), z.object({ "()": z.unknown() }).partial()).optional(),
  root: z.object({ level: z.union([z.string(), z.number()]).optional() }).optional(),
});

/** What TAP_POLAR_LOG_FORMAT may be, and whether that is the structured log. */
const FORMATS: Readonly<Record<string, boolean>> = { json: true, text: false };

/**
 * Reads TAP_POLAR_LOGLEVEL, LOGLEVEL, TAP_POLAR_LOG_FORMAT and the file that SINGER_SDK_LOG_CONFIG
 * names.
 */
export function readLogSettings(
  environment: Readonly<Record<string, string | undefined>>,
): LogSettings {
  const mistakes: string[] = [];
  const file = readLoggingFile(environment.SINGER_SDK_LOG_CONFIG, mistakes);
  const formatters = Object.values(file.formatters ?? {});
  const asked = [
    ["TAP_POLAR_LOGLEVEL", environment.TAP_POLAR_LOGLEVEL],
    ["LOGLEVEL", environment.LOGLEVEL],
    ["SINGER_SDK_LOG_CONFIG: root.level", file.root?.level?.toString()],
  ] as const;
  let level: Level | undefined;
  for (const [name, text] of asked) {
    if (text === undefined || text.trim() === "") continue;
    const known = LEVEL_NAMES[text.trim().toUpperCase()];
    if (known === undefined) {
      mistakes.push(`${name}: must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL`);
    }
    level ??= known;
  }
  const format = environment.TAP_POLAR_LOG_FORMAT?.trim().toLowerCase() ?? "";
  if (format !== "" && !Object.hasOwn(FORMATS, format)) {
    mistakes.push("TAP_POLAR_LOG_FORMAT: must be json or text");
  }
  const isMeltanos = formatters.some((formatter) => formatter["()"] === STRUCTURED_FORMATTER);
  return {
    level: level ?? "info",
    isStructured: FORMATS[format] ?? isMeltanos,
    mistakes,
  };
}

function readLoggingFile(
  path: string | undefined,
  mistakes: string[],
): z.infer<typeof loggingFile> {
  if (path === undefined || path === "") return {};
  try {
    return loggingFile.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    const why = errorCode(error) ?? "not a logging configuration in JSON";
    mistakes.push(`SINGER_SDK_LOG_CONFIG: ${path} has no effect (${why})`);
    return {};
  }
}
