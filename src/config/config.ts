/**
 * The configuration: settings read from files and the environment, checked, and resolved.
 */
import { UserInputError } from "../shared/errors.ts";
import { isJsonObject, parseJson, readJsonText } from "../shared/json-text.ts";
import { didYouMean, nearestName } from "../shared/nearest-name.ts";
import {
  API_ORIGINS,
  describeSettings,
  REQUESTS_PER_MINUTE,
  type Setting,
  settings,
  TOKEN_SHAPE,
} from "./settings.ts";

/** The configuration with everything resolved. */
export interface Config {
  readonly accessToken: string;
  readonly environment: "production" | "sandbox";
  /** Origin of the API, without a slash at its end. */
  readonly apiUrl: string;
  readonly organizationId: string | undefined;
  /** ISO 8601 in UTC with milliseconds. */
  readonly startDate: string | undefined;
  readonly requestsPerMinute: number;
  readonly concurrency: number;
  readonly pageSize: number;
  readonly requestTimeoutSeconds: number;
  readonly maxRetries: number;
  readonly emitActivateVersionMessages: boolean;
  readonly userAgent: string;
  /** A list is read whole when the last time is longer ago than this; 0 reads it whole each time. */
  readonly fullSweepHours: number;
  readonly metricsInterval: "hour" | "day" | "week" | "month" | "year";
  /** IANA name. */
  readonly metricsTimezone: string;
  readonly metricsLookbackDays: number;
  /** Undefined where each stream has its own. */
  readonly lookbackMinutes: number | undefined;
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
const OTHER_VARIABLES = new Set(["LOGLEVEL"]);

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
  if (!given.has("access_token") && mistakes.length === 0) mistakes.push(tokenIsMissing(sources));
  return resolve(check(given, mistakes, warn));
}

/**
 * Checks the configuration for a discovery, which uses none of it: Meltano passes it along. A
 * missing token is no mistake here.
 * @throws UserInputError with all mistakes at once
 */
export function checkConfig(
  sources: readonly string[],
  warn: Warn,
  environment: Environment = process.env,
): void {
  const { given, mistakes } = readSources(sources, warn, environment);
  check(given, mistakes, warn);
}

function readSources(sources: readonly string[], warn: Warn, environment: Environment) {
  const given = new Map<string, Given>();
  const mistakes: string[] = [];
  for (const path of sources.filter((source) => source !== "ENV")) {
    try {
      readFile(path, given, warn);
    } catch (error) {
      if (!(error instanceof UserInputError)) throw error;
      mistakes.push(...error.mistakes);
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
      const hint = didYouMean(name, Object.keys(settings.shape));
      warn(`${at}: is no setting of this tap and has no effect${hint}`);
    } else if (isGiven(value)) {
      given.set(name, { value, at });
    }
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
  const names = known.map(({ name }) => name);
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith(PREFIX)) continue;
    const name = variable.slice(PREFIX.length);
    const nearest = nearestName(name, names);
    if (nearest === undefined || OTHER_VARIABLES.has(name)) continue;
    const meant = PREFIX + nearest.toUpperCase();
    if (variable !== meant) {
      warn(`${variable}: has no effect; did you mean "${meant}"?`);
    }
  }
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
    const at = given.get(String(issue.path[0]))?.at ?? issue.path.join(".");
    mistakes.push(`${at}: ${issue.message}`);
  }
  if (!checked.success || mistakes.length > 0) throw new UserInputError([...new Set(mistakes)]);
  const token = checked.data.access_token;
  if (token !== undefined && !TOKEN_SHAPE.test(token)) {
    warn(
      `${given.get("access_token")?.at}: does not look like a token of Polar: those of organizations begin with polar_oat_, personal and OAuth tokens with polar_at_`,
    );
  }
  return checked.data;
}

function trimmed(value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}

function tokenIsMissing(sources: readonly string[]): string {
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
    startDate: valid.start_date === undefined ? undefined : inUtc(valid.start_date),
    requestsPerMinute: valid.requests_per_minute ?? REQUESTS_PER_MINUTE[environment],
    concurrency: valid.concurrency,
    pageSize: valid.page_size,
    requestTimeoutSeconds: valid.request_timeout_seconds,
    maxRetries: valid.max_retries,
    emitActivateVersionMessages: valid.emit_activate_version_messages,
    userAgent: valid.user_agent,
    fullSweepHours: valid.full_sweep_hours,
    metricsInterval: valid.metrics_interval,
    metricsTimezone: valid.metrics_timezone,
    metricsLookbackDays: valid.metrics_lookback_days,
    lookbackMinutes: valid.lookback_minutes,
  };
}

/** A time without an offset is taken as UTC, not as this machine's local time. */
function inUtc(time: string): string {
  const hasOffset = /(Z|[+-]\d\d:?\d\d)$/i.test(time);
  return new Date(hasOffset || !time.includes("T") ? time : `${time}Z`).toISOString();
}
