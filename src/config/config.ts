/**
 * The configuration: settings read from files and the environment, checked, and resolved.
 */
import { UserInputError } from "../shared/errors.ts";
import { isJsonObject, parseJson, readJsonText } from "../shared/json-text.ts";
import { inUtc } from "../shared/time.ts";
import { describeSettings, type Setting } from "./describe-settings.ts";
import { isOpenToAll } from "./exposed.ts";
import { meantSetting } from "./other-names.ts";
import { API_ORIGINS, REQUESTS_PER_MINUTE, settings } from "./settings.ts";
import { tellOfSlips } from "./slips.ts";

/** The configuration with everything resolved. */
export interface Config {
  readonly accessToken: string;
  readonly environment: "production" | "sandbox";
  /** Origin of the API, without a slash at its end. */
  readonly apiUrl: string;
  readonly organizationId: string | undefined;
  /** Patterns that choose streams and columns. */
  readonly select: readonly string[] | undefined;
  /** ISO 8601 in UTC with milliseconds. */
  readonly startDate: string | undefined;
  readonly requestsPerMinute: number;
  readonly concurrency: number;
  readonly pageSize: number;
  readonly requestTimeoutSeconds: number;
  readonly maxRetries: number;
  readonly emitActivateVersionMessages: boolean;
  readonly jsonColumns: "native" | "text";
  readonly userAgent: string;
  /** A list is read whole when the last time is longer ago than this; 0 reads it whole each time. */
  readonly fullSweepHours: number;
  /** Whether to look for changes in the CSV exports. */
  readonly useExports: boolean;
  readonly metricsInterval: "hour" | "day" | "week" | "month" | "year";
  /** IANA name. */
  readonly metricsTimezone: string;
  readonly metricsLookbackDays: number;
  /** Undefined where each stream has its own. */
  readonly lookbackMinutes: number | undefined;
  /** Path of the file for the summary. */
  readonly summary: string | undefined;
}

/** Takes a line for the log. It holds no values. */
export type Warn = (message: string) => void;

type Environment = Readonly<Record<string, string | undefined>>;

/** A value as it was given, and where: the path of the setting in errors. */
interface Given {
  readonly value: unknown;
  readonly at: string;
}

const PREFIX = "TAP_POLAR_";

/** Variables with the prefix of settings that are none. */
const OTHER_VARIABLES = new Set(["LOGLEVEL", "LOG_FORMAT"]);

/**
 * Reads and checks the configuration for a sync.
 * @param sources paths of JSON files, of which later ones win; and "ENV" for the variables
 *   `TAP_POLAR_<SETTING>`, which win over every file
 * @param warn is told of what looks like a slip, also when an error follows
 * @throws UserInputError with all mistakes at once
 */
export function loadConfig(
  sources: readonly string[],
  warn: Warn,
  environment: Environment = process.env,
): Config {
  const { given, mistakes } = readSources(sources, warn, environment);
  // A file that could not be read may well hold the token.
  if (!given.has("access_token") && mistakes.length === 0) {
    mistakes.push(tokenIsMissing(sources, environment));
  }
  return resolve(check(given, mistakes, warn));
}

/**
 * Checks the configuration for a discovery, which uses only the selection of it: Meltano passes all
 * of it along. A missing token is no mistake here.
 * @throws UserInputError with all mistakes at once
 */
export function checkConfig(
  sources: readonly string[],
  warn: Warn,
  environment: Environment = process.env,
): Pick<Config, "select"> {
  const { given, mistakes } = readSources(sources, warn, environment);
  return { select: check(given, mistakes, warn).select };
}

function readSources(sources: readonly string[], warn: Warn, environment: Environment) {
  const given = new Map<string, Given>();
  const mistakes: string[] = [];
  for (const path of sources.filter((source) => source !== "ENV")) {
    try {
      readFile(path, given, warn);
    } catch (error) {
      if (!(error instanceof UserInputError)) throw error;
      const hint = /^env$/i.test(path) ? "; for the variables write --config=ENV" : "";
      mistakes.push(...error.mistakes.map((mistake) => mistake + hint));
    }
  }
  if (sources.includes("ENV")) readEnvironment(environment, given, warn);
  return { given, mistakes };
}

function readFile(path: string, given: Map<string, Given>, warn: Warn): void {
  const content = parseJson(readJsonText(path), path);
  if (!isJsonObject(content)) {
    throw new UserInputError(`${path}: must be a JSON object such as {"access_token": "…"}`);
  }
  for (const [name, value] of Object.entries(content)) {
    const at = `${path}: ${name}`;
    if (!Object.hasOwn(settings.shape, name)) {
      const meant = meantSetting(name);
      const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
      warn(`${at}: is no setting of this tap and has no effect${hint}`);
    } else if (isGiven(value)) {
      given.set(name, { value, at });
    }
  }
  if (isGiven(content.access_token ?? null) && isOpenToAll(path)) {
    warn(
      `${path}: holds the access token, and every user of this machine can read it; chmod 600 it, or chmod 700 its folder`,
    );
  }
}

function readEnvironment(environment: Environment, given: Map<string, Given>, warn: Warn): void {
  const known = describeSettings();
  for (const setting of known) {
    const at = PREFIX + setting.name.toUpperCase();
    const text = environment[at];
    if (text !== undefined && isGiven(text)) {
      given.set(setting.name, { value: cast(text, setting.kind), at });
    }
  }
  // Meltano and others set variables of their own with this prefix: only a likely slip is told.
  for (const variable of Object.keys(environment)) {
    const meant = meantVariable(variable);
    if (meant !== undefined && variable !== meant) {
      warn(`${variable}: has no effect; did you mean "${meant}"?`);
    }
  }
}

/** The variable of the setting that is probably meant by this one. */
function meantVariable(variable: string): string | undefined {
  if (!variable.startsWith(PREFIX)) return undefined;
  const name = variable.slice(PREFIX.length);
  const setting = OTHER_VARIABLES.has(name) ? undefined : meantSetting(name);
  return setting === undefined ? undefined : PREFIX + setting.toUpperCase();
}

/** null and empty text count as not given: schedulers fill unset settings with them. */
function isGiven(value: unknown): boolean {
  return value !== null && !(typeof value === "string" && value.trim() === "");
}

/** The value that a variable's text stands for; the text itself, for the check to refuse, if none. */
function cast(text: string, kind: Setting["kind"]): unknown {
  const word = text.trim();
  if (kind === "integer" && /^[+-]?\d+$/.test(word)) return Number(word);
  if (kind === "number" && /^[+-]?\d+(\.\d+)?$/.test(word)) return Number(word);
  if (kind === "boolean" && /^(true|t|1|yes|y|on)$/i.test(word)) return true;
  if (kind === "boolean" && /^(false|f|0|no|n|off)$/i.test(word)) return false;
  return text;
}

/** Checks each setting alone, so that all mistakes are told, and under the name of its source. */
function check(given: ReadonlyMap<string, Given>, mistakes: string[], warn: Warn) {
  const values = Object.fromEntries([...given].map(([name, { value }]) => [name, trimmed(value)]));
  const checked = settings.safeParse(values);
  for (const issue of checked.error?.issues ?? []) {
    const name = String(issue.path[0]);
    const { at, value } = given.get(name) ?? { at: issue.path.join("."), value: undefined };
    mistakes.push(`${at}: ${issue.message}${isQuoted(name, value) ? ", without quotes" : ""}`);
  }
  if (!checked.success || mistakes.length > 0) throw new UserInputError([...new Set(mistakes)]);
  tellOfSlips(checked.data, (name) => `${given.get(name)?.at}`, warn);
  return checked.data;
}

/** Whether a number or a word of truth was given as text, which would be right without quotes. */
function isQuoted(name: string, value: unknown): boolean {
  const kind = describeSettings().find((setting) => setting.name === name)?.kind;
  if (kind === undefined || typeof value !== "string") return false;
  return (
    (kind === "boolean" ? /^(true|false)$/ : /^-?\d+(\.\d+)?$/).test(value.trim()) &&
    cast(value, kind) !== value
  );
}

function trimmed(value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}

function tokenIsMissing(sources: readonly string[], environment: Environment): string {
  const unread = Object.keys(environment).find(
    (variable) => meantVariable(variable) === `${PREFIX}ACCESS_TOKEN`,
  );
  if (unread !== undefined && !sources.includes("ENV")) {
    return `access_token: is missing, and a sync needs it; ${unread} is set, but variables count only with --config=ENV: add that`;
  }
  const file = sources.findLast((source) => source !== "ENV");
  const path = file === undefined ? "access_token" : `${file}: access_token`;
  const remedy =
    file === undefined
      ? `put it into a file and give that as --config FILE, or set ${PREFIX}ACCESS_TOKEN and give --config=ENV`
      : "add it; organization tokens are made in the settings of your Polar organization";
  return `${path}: is missing, and a sync needs it; ${remedy}`;
}

function resolve(valid: ReturnType<typeof check>): Config {
  const { environment } = valid;
  return {
    accessToken: valid.access_token ?? "", // loadConfig has refused a missing one
    environment,
    apiUrl: (valid.api_url ?? API_ORIGINS[environment]).replace(/\/+$/, ""),
    organizationId: valid.organization_id,
    select: valid.select,
    startDate: valid.start_date === undefined ? undefined : inUtc(valid.start_date),
    requestsPerMinute: valid.requests_per_minute ?? REQUESTS_PER_MINUTE[environment],
    concurrency: valid.concurrency,
    pageSize: valid.page_size,
    requestTimeoutSeconds: valid.request_timeout_seconds,
    maxRetries: valid.max_retries,
    emitActivateVersionMessages: valid.emit_activate_version_messages,
    jsonColumns: valid.json_columns,
    userAgent: valid.user_agent,
    fullSweepHours: valid.full_sweep_hours,
    useExports: valid.use_exports,
    metricsInterval: valid.metrics_interval,
    metricsTimezone: valid.metrics_timezone,
    metricsLookbackDays: valid.metrics_lookback_days,
    lookbackMinutes: valid.lookback_minutes,
    summary: valid.summary,
  };
}
