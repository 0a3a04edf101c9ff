/** The simulator from the command line: prints where it listens, and runs until it is stopped. */
import { parseArgs } from "node:util";
import {
  allScopes,
  faultKinds,
  type Mutations,
  parseFault,
  type SimulatorOptions,
  startSimulator,
  usualSizes,
} from "./index.ts";

/** Flags that take a value, with what they do. Each list has a flag of its own for its size. */
const flags = {
  port: "port to listen on (any free one)",
  seed: "the same seed gives the same data (1)",
  token: "access token to accept (polar_oat_simulator)",
  now: "when the simulation begins; all rows are older (2026-08-20T12:00:00Z)",
  scopes: "scopes of the token, comma-separated (all)",
  environment: "sandbox or production (sandbox)",
  latency: "milliseconds before each answer (0)",
  "requests-per-minute": "requests in a window of the rate limit (no limit)",
  "retry-after": "seconds of that window (60)",
  ties: "shuffled or stable: the order of rows that are equal in the sorting (shuffled)",
  "duplicate-events": "every n-th event was ingested twice (none)",
  mutate: "every=N[,insert=N][,update=N][,remove=N][,times=N]: rows change while they are read",
} as const;

const streams = [...usualSizes.keys()].map((name) => name.replace(/_/g, "-"));

const help = `Usage: npm run simulator -- [options]

Starts a Polar API on this machine. Prints one line of JSON with its url and access token when it
listens, and ends on SIGINT or SIGTERM.

${Object.entries(flags)
  .map(([name, text]) => `  --${name.padEnd(22)} ${text}`)
  .join("\n")}
  --ordinary-amounts       no order of 9007199254740993 cents
  --newer-properties       send properties that the API got recently
  --rendered-ahead         sort and prepare everything before listening
  --fault KIND[:options]   something goes wrong; may be repeated
  --help                   this text

Rows of each list:
${[...usualSizes].map(([name, size]) => `  --${name.replace(/_/g, "-").padEnd(22)} (${size})`).join("\n")}

Faults: ${faultKinds.join(", ")}.
Their options: path, page, after, every, probability, times, status, seconds, to, ids, rows.
For example: --fault status:status=503,every=7 --fault poison:path=/v1/orders/,rows=17+230
Scopes: ${allScopes.join(", ")}.
`;

const optionsOf = (names: readonly string[]): Record<string, { type: "string" }> =>
  Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));

function readArguments(argv: readonly string[]): SimulatorOptions | null {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      ...optionsOf([...Object.keys(flags), ...streams]),
      fault: { type: "string", multiple: true },
      "ordinary-amounts": { type: "boolean" },
      "newer-properties": { type: "boolean" },
      "rendered-ahead": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) return null;
  const given = new Map<string, unknown>(Object.entries(values));
  const text = (name: string): string | undefined => {
    const value = given.get(name);
    return typeof value === "string" ? value : undefined;
  };
  const number = (name: string): number | undefined => {
    const value = text(name);
    return value === undefined ? undefined : toCount(`--${name}`, value);
  };
  const sizes = Object.fromEntries(
    streams.flatMap((name) => {
      const size = number(name);
      return size === undefined ? [] : [[name.replace(/-/g, "_"), size]];
    }),
  );
  const requestsPerMinute = number("requests-per-minute");
  const retryAfterSeconds = number("retry-after");
  const mutate = text("mutate");
  const now = text("now");
  const faults = values.fault ?? [];
  return {
    port: number("port"),
    seed: number("seed"),
    sizes,
    accessToken: text("token"),
    now: now === undefined ? undefined : toTime("--now", now),
    scopes: text("scopes")?.split(","),
    environment: oneOf("--environment", text("environment"), ["sandbox", "production"]),
    latencyMilliseconds: number("latency"),
    ties: oneOf("--ties", text("ties"), ["shuffled", "stable"]),
    duplicateEvents: number("duplicate-events"),
    rateLimit:
      requestsPerMinute === undefined ? undefined : { requestsPerMinute, retryAfterSeconds },
    mutations: mutate === undefined ? undefined : readMutations(mutate),
    faults: faults.map(parseFault),
    ordinaryAmounts: values["ordinary-amounts"],
    newerProperties: values["newer-properties"],
    renderedAhead: values["rendered-ahead"],
  };
}

function readMutations(text: string): Mutations {
  const counts = new Map(
    text.split(",").map((part) => {
      const [name = "", value = ""] = part.split("=");
      if (!["every", "insert", "update", "remove", "times"].includes(name)) {
        throw new Error(`--mutate has no option "${name}"`);
      }
      return [name, toCount(`--mutate ${name}`, value)];
    }),
  );
  return {
    everyRequests: counts.get("every") ?? 1,
    insert: counts.get("insert"),
    update: counts.get("update"),
    remove: counts.get("remove"),
    times: counts.get("times"),
  };
}

function toCount(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw new Error(`${name} must be a whole number, not "${value}"`);
  return Number(value);
}

function toTime(name: string, value: string): Date {
  const time = new Date(value);
  if (Number.isNaN(time.getTime())) throw new Error(`${name} must be a time, not "${value}"`);
  return time;
}

function oneOf<T extends string>(
  name: string,
  value: string | undefined,
  allowed: readonly T[],
): T | undefined {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined && value !== undefined) {
    throw new Error(`${name} must be ${allowed.join(" or ")}`);
  }
  return found;
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(help);
    return;
  }
  const simulator = await startSimulator(options);
  const stop = (): void => {
    void simulator.close();
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  const { url, accessToken, organizationId } = simulator;
  process.stdout.write(
    `${JSON.stringify({ url, access_token: accessToken, organization_id: organizationId })}\n`,
  );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
