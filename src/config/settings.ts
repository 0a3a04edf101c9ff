/**
 * The settings, as a user writes them. One schema is the source of validation, of `--about`, of the
 * config table in the README and of meltano.yml.
 */
import * as z from "zod";
import { VERSION } from "../shared/program.ts";
import { hasPlainYear } from "../shared/time.ts";

/** What the documentation says of a setting, beside what its schema says. */
export interface SettingNotes {
  readonly description: string;
  readonly sensitive?: true;
  readonly required?: true;
  /** For a default that depends on another setting. */
  readonly defaultText?: string;
}

/** The notes of each setting. */
export const notes = z.registry<SettingNotes>();

const wholeNumber = (least: number, most: number) => {
  const error =
    most === Number.MAX_SAFE_INTEGER
      ? `must be a whole number, ${least} or more`
      : `must be a whole number from ${least} to ${most}`;
  return z.int(error).min(least, error).max(most, error);
};

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `must be one of ${values.join(", ")}`);

export const API_ORIGINS = {
  production: "https://api.polar.sh",
  sandbox: "https://sandbox-api.polar.sh",
} as const;

/** What Polar allows to an organization per minute, all its tokens together. */
export const API_LIMITS = { production: 500, sandbox: 100 } as const;

export const REQUESTS_PER_MINUTE = { production: 300, sandbox: 60 } as const;

/** A Polar token of any kind begins like this. */
export const TOKEN_SHAPE = /^polar_(oat|at)_/;

/** What each setting may be. Messages follow on the setting's name: "must be …". */
export const settings = z.object({
  access_token: z
    .string("must be a string")
    .regex(/^[!-~]+$/, "must be one word of plain characters; copy the token again")
    .optional()
    .register(notes, {
      description:
        "Access token of your Polar organization (polar_oat_…), made in its settings. Needed to sync, not to discover.",
      sensitive: true,
      required: true,
    }),
  environment: oneOf(["production", "sandbox"])
    .default("production")
    .register(notes, { description: "Which Polar to read from." }),
  api_url: z
    .string("must be a string")
    .superRefine((url, context) => {
      const mistake = mistakeInApiUrl(url);
      if (mistake !== undefined) context.addIssue(mistake);
    })
    .optional()
    .register(notes, {
      description:
        "Address of the API, for a self-hosted Polar or the simulator. Plain http is allowed to this machine only.",
      defaultText: `${API_ORIGINS.production}, or ${API_ORIGINS.sandbox} in sandbox`,
    }),
  organization_id: z.guid("must be a UUID").optional().register(notes, {
    description:
      "Organization to read, for personal and OAuth tokens that reach several. An organization token needs none.",
  }),
  select: z
    .preprocess(listed, z.array(z.string("must be a string"), "must be a list of patterns"))
    .optional()
    .register(notes, {
      description:
        "Which streams and columns to read, in place of what the catalog selects: patterns such as orders.* and !customers.email, as a list or with commas between them.",
    }),
  start_date: z
    .union([z.iso.date(), z.iso.datetime({ offset: true, local: true })], {
      error: "must be a date or a time in ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z",
    })
    .refine(hasPlainYear, "must be of the years 0 to 9999 in UTC")
    .optional()
    .register(notes, {
      description:
        "Earliest time to read streams that are read by time; without it, everything. UTC unless it has an offset.",
    }),
  requests_per_minute: wholeNumber(1, Number.MAX_SAFE_INTEGER)
    .optional()
    .register(notes, {
      description:
        "Most requests in any minute. Polar's limit (500; 100 in sandbox) is shared by all that your organization does, its checkouts included.",
      defaultText: `${REQUESTS_PER_MINUTE.production}, or ${REQUESTS_PER_MINUTE.sandbox} in sandbox`,
    }),
  concurrency: wholeNumber(1, 16).default(4).register(notes, {
    description:
      "Most requests under way at the same time (1 to 16). A self-hosted server with its default pool of database connections takes up to 7. When answers do not come in time, fewer are sent for a while.",
  }),
  page_size: wholeNumber(1, 100)
    .default(100)
    .register(notes, { description: "Rows asked for per request (1 to 100)." }),
  request_timeout_seconds: z
    .number("must be a number of seconds")
    .gt(0, "must be more than 0 seconds")
    .max(3600, "must be 3600 seconds or less")
    .default(60)
    .register(notes, { description: "How long one request may take before it is tried again." }),
  max_retries: wholeNumber(0, 100)
    .default(8)
    .register(notes, { description: "How often a failed request is tried again (0 to 100)." }),
  emit_activate_version_messages: z
    .boolean("must be true or false")
    .default(false)
    .register(notes, {
      description:
        "Send ACTIVATE_VERSION after each full sweep that was proven complete, so that the target removes rows that are gone.",
    }),
  json_columns: oneOf(["native", "text"]).default("native").register(notes, {
    description:
      "How columns of objects and arrays are written: as they are, or as text that holds their JSON, with every column in every record, for targets that need it so.",
  }),
  user_agent: z
    .string("must be a string")
    .regex(/^[ -~]+$/, "must be plain characters on one line")
    .default(`tap-polar/${VERSION}`)
    .register(notes, {
      description: "User-Agent header of the requests.",
      defaultText: "tap-polar/<version>",
    }),
  full_sweep_hours: wholeNumber(0, 8_760).default(24).register(notes, {
    description:
      "A list is read whole when that was last done longer ago than this; in between, syncs read what has changed. 0 reads everything each time.",
  }),
  use_exports: z.boolean("must be true or false").default(true).register(notes, {
    description:
      "Between two full sweeps, look at the CSV exports of orders, subscriptions and customers for changes that nothing else tells of: some requests per sync.",
  }),
  metrics_interval: oneOf(["hour", "day", "week", "month", "year"])
    .default("day")
    .register(notes, { description: "Length of a period in the metrics stream." }),
  metrics_timezone: z
    .string("must be a string")
    .transform((name, context) => {
      const zone = timeZoneNamed(name);
      if (zone !== undefined) return zone;
      context.addIssue("must be the name of a time zone, such as UTC or Europe/Berlin");
      return z.NEVER;
    })
    .default("UTC")
    .register(notes, {
      description:
        "Time zone in which the periods of metrics and meter_quantities begin: an IANA name such as Europe/Berlin.",
    }),
  metrics_lookback_days: wholeNumber(0, 36_500).default(90).register(notes, {
    description:
      "How many days back metrics and meter_quantities are read again, since figures of the past still change.",
  }),
  lookback_minutes: wholeNumber(0, 525_600).optional().register(notes, {
    description:
      "How far back events and webhook_deliveries are read again each time. What comes later than that is found by counting.",
    defaultText: "120 for events, 60 for webhook_deliveries",
  }),
  summary: z.string("must be the path of a file").optional().register(notes, {
    description:
      "File that gets a summary of each sync as JSON, for a scheduler or an alert; --summary wins over it.",
  }),
});

/** The name of a time zone as the API knows it; it minds the case, offsets are none to it. */
function timeZoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const { timeZone } = new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions();
    // What is canonical here may be an alias there: only the case is put right.
    return timeZone.toLowerCase() === name.toLowerCase() ? timeZone : name;
  } catch {
    return undefined;
  }
}

/** A list as text: with commas, or in JSON as Meltano writes it into variables. */
function listed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (value.startsWith("[")) {
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function mistakeInApiUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return "must be a URL, such as https://api.polar.sh";
  const url = new URL(text);
  const mayBePlain = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && mayBePlain)) {
    return "must begin with https:// (plain http:// is allowed to this machine only)";
  }
  if (url.username !== "" || url.password !== "") {
    return "must not hold a user name or password; put the token in access_token";
  }
  if (url.search !== "" || url.hash !== "") return "must end before any ? or #";
  if (/\/v1\/?$/.test(url.pathname)) return "must end before /v1";
  return undefined;
}
