/** `tap-polar check`: whether a sync would succeed, and how long it would take. */
import { type Config, loadConfig } from "../../config/config.ts";
import { API_VERSION } from "../../polar/api-version.ts";
import { streams } from "../../streams/index.ts";
import { readChoice, type Terminal } from "../command.ts";
import { type Answers, askPolar } from "../connection.ts";
import type { Found } from "../probe.ts";
import { requestsOf } from "../requests.ts";
import { selectedStreams } from "../selected.ts";
import { count, counted, table } from "../table.ts";

export const HELP = `tap-polar check --config FILE [--catalog FILE] [--select LIST] [--json]

Sends about one request for each selected stream, and tells what a sync would meet: whether the
token is accepted, which scopes it lacks, how many rows there are, and how many requests and minutes
a full sync takes, and a later one. Writes no rows, and no state.

  --config FILE    Settings, as for a sync (or ENV).
  --catalog FILE   Which streams to look at; the default ones without it.
  --select LIST    The same, as patterns: 'orders,events.*'.
  --json           The findings as JSON.

Exit codes: 0 all selected streams can be read; 1 at least one can't; 2 wrong input.
`;

/** A clock that is off by less does no harm. */
const TOLERATED_SECONDS = 5;

export async function run(args: readonly string[], { write, log }: Terminal): Promise<number> {
  const { json, ...choice } = readChoice(args);
  const warn = (message: string) => log.warn(message);
  const config = loadConfig(choice.config, warn);
  log.hide(config.accessToken);
  const names = selectedStreams(choice, config, warn).map(({ stream }) => stream);
  const selected = streams.filter(({ name }) => names.includes(name));
  const answers = await askPolar(selected, config, log);
  const report = reportOf(answers, config);
  await write(json ? `${JSON.stringify(report, null, 2)}\n` : forPeople(report, answers.found));
  const refused = report.streams.filter(({ problem }) => problem !== null);
  const [first] = refused;
  if (first === undefined) return 0;
  const scopes = report.missing_scopes.join(", ");
  const why = scopes === "" ? first.problem : `the token lacks ${scopes}`;
  log.lastLine(`${refused.length} of ${selected.length} streams can't be read: ${why}`);
  return 1;
}

/** What `--json` prints. */
interface Report {
  readonly api_url: string;
  readonly api_version: string | null;
  /** How many seconds this machine's clock is ahead of Polar's. */
  readonly clock_ahead_seconds: number | null;
  /** The proxy that the environment names, without its password. */
  readonly proxy: string | null;
  readonly requests_per_minute: number;
  /** Of a full sync of all streams that can be read. */
  readonly requests: number;
  readonly minutes: number;
  /** Of a later sync, which finds nothing changed. */
  readonly later: { readonly requests: number; readonly minutes: number };
  readonly missing_scopes: readonly string[];
  readonly streams: readonly {
    readonly stream: string;
    readonly rows: number | null;
    readonly problem: string | null;
  }[];
}

function reportOf({ found, apiVersion, clockAhead }: Answers, config: Config): Report {
  const requests = requestsOf(found);
  const perMinute = config.requestsPerMinute;
  const minutesOf = (number: number) => Math.ceil((number / perMinute) * 10) / 10;
  return {
    api_url: config.apiUrl,
    api_version: apiVersion ?? null,
    clock_ahead_seconds: clockAhead === undefined ? null : Math.round(clockAhead),
    proxy: proxyOf(config.apiUrl),
    requests_per_minute: perMinute,
    requests: requests.full,
    minutes: minutesOf(requests.full),
    later: { requests: requests.later, minutes: minutesOf(requests.later) },
    missing_scopes: [...new Set(found.flatMap(({ missingScopes }) => missingScopes))].sort(),
    streams: found.map(({ stream, rows, problem }) => ({
      stream,
      rows: rows ?? null,
      problem: problem ?? null,
    })),
  };
}

function forPeople(report: Report, found: readonly Found[]): string {
  const { requests, minutes, later, missing_scopes: missing } = report;
  const rows = found.map((one) => [
    one.stream,
    count(one.rows),
    one.problem === undefined ? count(requestsOf([one]).full) : "–",
    one.missingScopes.length > 0 ? `lacks ${one.missingScopes.join(", ")}` : (one.problem ?? "ok"),
  ]);
  const scopes = missing.map((scope) => `  [x] ${scope}\n`).join("");
  return [
    `API      ${report.api_url}, version ${versionLine(report.api_version)}\n`,
    "Token    accepted\n",
    `Clock    ${clockLine(report.clock_ahead_seconds)}\n`,
    `Proxy    ${report.proxy ?? "none"}\n`,
    `Budget   ${count(report.requests_per_minute)} requests a minute\n\n`,
    table(["Stream", ">Rows", ">Requests", ""], rows),
    `\nA full sync makes about ${counted(requests, "request")}: ${timeLine(minutes)} at this budget.\n`,
    `Later ones make about ${count(later.requests)}, and more for what has changed: ${timeLine(later.minutes)}.\n`,
    scopes && `\nTick these scopes too, in Polar's settings of the token:\n${scopes}`,
  ].join("");
}

function versionLine(version: string | null): string {
  if (version === null) return "unknown";
  return version === API_VERSION ? version : `${version}, while this tap asked for ${API_VERSION}`;
}

function clockLine(ahead: number | null): string {
  if (ahead === null) return "Polar does not tell the time";
  if (Math.abs(ahead) <= TOLERATED_SECONDS) return "agrees with Polar's";
  const way = ahead > 0 ? "ahead of" : "behind";
  return `${count(Math.abs(ahead))} s ${way} Polar's; set this machine's clock`;
}

function timeLine(minutes: number): string {
  return minutes <= 1 ? "a minute at the most" : `about ${count(minutes)} minutes`;
}

function proxyOf(apiUrl: string): string | null {
  const { https_proxy: lower, HTTPS_PROXY: upper } = process.env;
  const proxy = lower || upper;
  if (!apiUrl.startsWith("https:") || !proxy || !URL.canParse(proxy)) return null;
  const { protocol, host } = new URL(proxy);
  const except = process.env.no_proxy || process.env.NO_PROXY;
  return `${protocol}//${host}${except ? ` (but NO_PROXY for ${except})` : ""}`;
}
