import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkConfig, loadConfig } from "../../src/config/config.ts";
import { describeSettings } from "../../src/config/describe-settings.ts";
import { UserInputError } from "../../src/shared/errors.ts";

const TOKEN = "polar_oat_0123456789abcdef";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tap-polar-config-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function file(content: unknown): string {
  const path = join(folder, `config-${files++}.json`);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

function load(sources: string[], environment: Record<string, string> = {}) {
  const warnings: string[] = [];
  const config = loadConfig(sources, (warning) => warnings.push(warning), environment);
  return { config, warnings };
}

function mistakesIn(sources: string[], environment: Record<string, string> = {}): string[] {
  try {
    load(sources, environment);
  } catch (error) {
    if (error instanceof UserInputError) return [...error.mistakes];
    throw error;
  }
  return [];
}

/** The mistakes in a file of these settings, without the file's path. */
function mistakesOf(settings: Record<string, unknown>): string[] {
  const path = file({ access_token: TOKEN, ...settings });
  return mistakesIn([path]).map((mistake) => mistake.replace(`${path}: `, ""));
}

describe("the time zone of the metrics", () => {
  it.each([
    ["Europe/Berlin", "Europe/Berlin"],
    ["europe/berlin", "Europe/Berlin"],
    ["utc", "UTC"],
    // An alias here is the canonical name there.
    ["Asia/Kolkata", "Asia/Kolkata"],
    ["Asia/Calcutta", "Asia/Calcutta"],
  ])("%s is %s to the API", (given, expected) => {
    const { config } = load([file({ access_token: TOKEN, metrics_timezone: given })]);
    expect(config.metricsTimezone).toBe(expected);
  });

  it.each(["+01:00", "CEST+1", "Berlin", "Europe/Nowhere"])("is not %s", (given) => {
    expect(mistakesOf({ metrics_timezone: given })).toEqual([
      "metrics_timezone: must be the name of a time zone, such as UTC or Europe/Berlin",
    ]);
  });
});

describe("loadConfig", () => {
  it("fills in every default", () => {
    const { config, warnings } = load([file({ access_token: TOKEN })]);
    expect(config).toEqual({
      accessToken: TOKEN,
      environment: "production",
      apiUrl: "https://api.polar.sh",
      organizationId: undefined,
      startDate: undefined,
      requestsPerMinute: 300,
      concurrency: 4,
      pageSize: 100,
      requestTimeoutSeconds: 60,
      maxRetries: 8,
      emitActivateVersionMessages: false,
      jsonColumns: "native",
      userAgent: expect.stringMatching(/^tap-polar\/\d+\.\d+\.\d+$/),
      useExports: true,
      metricsInterval: "day",
      metricsTimezone: "UTC",
      metricsLookbackDays: 90,
      fullSweepHours: 24,
      lookbackMinutes: undefined,
    });
    expect(warnings).toEqual([]);
  });

  it("has other defaults in the sandbox", () => {
    const { config } = load([file({ access_token: TOKEN, environment: "sandbox" })]);
    expect(config.apiUrl).toBe("https://sandbox-api.polar.sh");
    expect(config.requestsPerMinute).toBe(60);
  });

  it("lets later files win, and variables over all files", () => {
    const first = file({ access_token: TOKEN, page_size: 1, concurrency: 1, max_retries: 1 });
    const second = file({ page_size: 2, concurrency: 2 });
    const { config } = load(["ENV", first, second], { TAP_POLAR_PAGE_SIZE: "3" });
    expect(config).toMatchObject({ pageSize: 3, concurrency: 2, maxRetries: 1 });
  });

  it.each([
    [["orders.*", "!orders.customer"]],
    ["orders.*, !orders.customer"],
    ['["orders.*", "!orders.customer"]'],
  ])("takes patterns as a list or as text: %j", (select) => {
    const expected = ["orders.*", "!orders.customer"];
    expect(load([file({ access_token: TOKEN, select })]).config.select).toEqual(expected);
    expect(checkConfig([file({ select })], () => undefined)).toEqual({ select: expected });
    if (typeof select !== "string") return;
    const variables = { TAP_POLAR_ACCESS_TOKEN: TOKEN, TAP_POLAR_SELECT: select };
    expect(load(["ENV"], variables).config.select).toEqual(expected);
  });

  it("reads no variables unless asked to", () => {
    const { config } = load([file({ access_token: TOKEN })], { TAP_POLAR_PAGE_SIZE: "3" });
    expect(config.pageSize).toBe(100);
  });

  it("takes null and empty text as not given", () => {
    const first = file({ access_token: TOKEN, page_size: 5 });
    const second = file({ access_token: null, page_size: null, start_date: "", api_url: " " });
    const { config } = load([first, second, "ENV"], { TAP_POLAR_PAGE_SIZE: "" });
    expect(config).toMatchObject({ accessToken: TOKEN, pageSize: 5, startDate: undefined });
  });

  it("trims the token, which often comes with a line break", () => {
    const { config } = load(["ENV"], { TAP_POLAR_ACCESS_TOKEN: `${TOKEN}\n` });
    expect(config.accessToken).toBe(TOKEN);
  });

  it("reads a file with a byte order mark, and PowerShell's UTF-16", () => {
    const marked = file(`\ufeff${JSON.stringify({ access_token: TOKEN })}`);
    expect(load([marked]).config.accessToken).toBe(TOKEN);
    const wide = file("");
    writeFileSync(wide, Buffer.from(`\ufeff${JSON.stringify({ access_token: TOKEN })}`, "utf16le"));
    expect(load([wide]).config.accessToken).toBe(TOKEN);
  });

  it.each([
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31T12:00:00.123456+02:00", "2026-01-31T10:00:00.123Z"],
    ["2026-01-31T12:00:00", "2026-01-31T12:00:00.000Z"],
  ])("start_date %s is %s", (given, resolved) => {
    const path = file({ access_token: TOKEN, start_date: given });
    expect(load([path]).config.startDate).toBe(resolved);
  });

  it.each([
    "http://localhost:8080",
    "http://127.0.0.1:8080/",
    "http://[::1]:8080",
    "https://polar.example.com/prefix",
  ])("accepts the api_url %s", (url) => {
    const { config } = load([file({ access_token: TOKEN, api_url: url })]);
    expect(config.apiUrl).toBe(url.replace(/\/$/, ""));
  });

  it.each([
    ["http://api.polar.sh", "must begin with https://"],
    ["http://127.0.0.1.example.com", "must begin with https://"],
    ["http://localhost.example.com", "must begin with https://"],
    ["ftp://localhost", "must begin with https://"],
    ["https://me:secret@api.polar.sh", "must not hold a user name or password"],
    ["https://api.polar.sh/v1/", "must end before /v1"],
    ["https://api.polar.sh?a=b", "must end before any ?"],
    ["api.polar.sh", "must be a URL"],
  ])("refuses the api_url %s", (url, reason) => {
    const mistakes = mistakesOf({ api_url: url });
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(`api_url: ${reason}`);
  });
});

describe("mistakes", () => {
  it.each([
    [{ page_size: 101 }, "page_size: must be a whole number from 1 to 100"],
    [{ page_size: 0 }, "page_size: must be a whole number from 1 to 100"],
    [{ page_size: "50" }, "page_size: must be a whole number from 1 to 100, without quotes"],
    [{ page_size: "many" }, "page_size: must be a whole number from 1 to 100"],
    [
      { request_timeout_seconds: "0.5" },
      "request_timeout_seconds: must be a number of seconds, without quotes",
    ],
    [
      { emit_activate_version_messages: "true" },
      "emit_activate_version_messages: must be true or false, without quotes",
    ],
    [{ page_size: -1.5 }, "page_size: must be a whole number from 1 to 100"],
    [{ concurrency: 17 }, "concurrency: must be a whole number from 1 to 16"],
    [{ requests_per_minute: 0 }, "requests_per_minute: must be a whole number, 1 or more"],
    [{ environment: "test" }, "environment: must be one of production, sandbox"],
    [{ organization_id: "acme" }, "organization_id: must be a UUID"],
    [{ request_timeout_seconds: 0 }, "request_timeout_seconds: must be more than 0 seconds"],
    [
      { emit_activate_version_messages: "yes" },
      "emit_activate_version_messages: must be true or false",
    ],
    [
      { metrics_interval: "minute" },
      "metrics_interval: must be one of hour, day, week, month, year",
    ],
    [
      { access_token: "two words" },
      "access_token: must be one word of plain characters; copy the token again",
    ],
    [{ access_token: 5 }, "access_token: must be a string"],
  ])("%j", (settings, line) => {
    expect(mistakesOf(settings)).toEqual([line]);
  });

  it.each(["9999-12-31T23:59:59-01:00", "0000-01-01T00:00:00+01:00"])("start_date %j", (date) => {
    expect(mistakesOf({ start_date: date })).toEqual([
      "start_date: must be of the years 0 to 9999 in UTC",
    ]);
  });

  it.each(["2026-02-30", "yesterday", "31.1.2026", 20260131])("start_date %j", (date) => {
    expect(mistakesOf({ start_date: date })).toEqual([
      "start_date: must be a date or a time in ISO 8601, such as 2026-01-31 or 2026-01-31T12:00:00Z",
    ]);
  });

  it("are told all at once, each with its source", () => {
    const path = file({ access_token: TOKEN, page_size: 0, concurrency: 99 });
    const mistakes = mistakesIn([path, "ENV"], { TAP_POLAR_CONCURRENCY: "many" });
    expect(mistakes.toSorted()).toEqual([
      `${path}: page_size: must be a whole number from 1 to 100`,
      "TAP_POLAR_CONCURRENCY: must be a whole number from 1 to 16",
    ]);
  });

  it("a missing token names the file to put it in", () => {
    const path = file({});
    expect(mistakesIn([path])[0]).toMatch(`${path}: access_token: is missing`);
    expect(mistakesIn([])[0]).toMatch(/^access_token: is missing.*--config FILE/);
  });

  it.each(["TAP_POLAR_ACCESS_TOKEN", "TAP_POLAR_TOKEN", "TAP_POLAR_API_KEY"])(
    "a missing token that %s holds, which is not read without ENV",
    (variable) => {
      for (const sources of [[], [file({})]]) {
        expect(mistakesIn(sources, { [variable]: TOKEN })).toEqual([
          `access_token: is missing, and a sync needs it; ${variable} is set, but variables count only with --config=ENV: add that`,
        ]);
      }
    },
  );

  it.each(["env", "Env"])("--config %s is told of ENV", (source) => {
    expect(mistakesIn([source])).toEqual([
      `${source}: no such file; check the path; for the variables write --config=ENV`,
    ]);
  });

  it("a missing file, a folder and text that is no object", () => {
    const missing = join(folder, "missing.json");
    expect(
      mistakesIn([missing, folder, file("[1]"), file(Buffer.from("x").toString("latin1"))]),
    ).toEqual([
      `${missing}: no such file; check the path`,
      `${folder}: is a folder; give the path of a file`,
      expect.stringMatching(/must be a JSON object such as \{"access_token": "…"\}$/),
      expect.stringMatching(/is not valid JSON at line 1, column 1; correct it there$/),
    ]);
  });

  it("bytes that are no text", () => {
    const path = file("");
    writeFileSync(path, Buffer.from([0x7b, 0xff, 0x7d]));
    expect(mistakesIn([path])).toEqual([`${path}: is not UTF-8 text; save it as UTF-8`]);
  });

  it("invalid JSON is told by line and column, and its content stays untold", () => {
    const path = file(`{\n  "access_token": "${TOKEN}",\n  "page_size": x${TOKEN}\n}`);
    try {
      load([path]);
      expect.unreachable();
    } catch (error) {
      expect(String(error)).toContain(`${path}: is not valid JSON at line 3, column 16`);
      expect(String(error)).not.toContain(TOKEN);
      expect(error).not.toHaveProperty("cause");
    }
  });

  it("no message holds a token, whatever is wrong with it", () => {
    const token = "secret with ümlaut";
    expect(JSON.stringify(mistakesIn([file({ access_token: token })]))).not.toContain("secret");
    expect(JSON.stringify(load([file({ access_token: "sk_secret" })]))).toContain("polar_oat_");
    expect(load([file({ access_token: "sk_secret" })]).warnings.join()).not.toContain("sk_secret");
  });
});

describe("warnings", () => {
  it("name the setting that was probably meant", () => {
    const path = file({
      access_token: TOKEN,
      pagesize: 5,
      "start-date": "2026-01-01",
      nonsense: 1,
    });
    expect(load([path]).warnings).toEqual([
      `${path}: pagesize: is no setting of this tap and has no effect; did you mean "page_size"?`,
      `${path}: start-date: is no setting of this tap and has no effect; did you mean "start_date"?`,
      `${path}: nonsense: is no setting of this tap and has no effect`,
    ]);
  });

  it.each([
    ["api_key", "access_token"],
    ["token", "access_token"],
    ["apiKey", "access_token"],
    ["base_url", "api_url"],
    ["rate_limit", "requests_per_minute"],
    ["timeout", "request_timeout_seconds"],
  ])("know what %s is called here", (name, meant) => {
    const variable = `TAP_POLAR_${name.toUpperCase()}`;
    const path = file({ access_token: TOKEN, [name]: 5 });
    expect(load([path, "ENV"], { [variable]: "5" }).warnings).toEqual([
      `${path}: ${name}: is no setting of this tap and has no effect; did you mean "${meant}"?`,
      `${variable}: has no effect; did you mean "TAP_POLAR_${meant.toUpperCase()}"?`,
    ]);
  });

  it.each([
    [{ requests_per_minute: 501 }, /requests_per_minute: Polar allows 500 requests/],
    [{ requests_per_minute: 101, environment: "sandbox" }, /Polar allows 100 requests/],
    [{ requests_per_minute: 101, api_url: "https://sandbox-api.polar.sh/" }, /allows 100 requests/],
    [{ start_date: "2999-01-01" }, /start_date: is in the future/],
    [{ start_date: "2999-01-01T00:00:00" }, /start_date: is in the future/],
  ])("tell of %j", (settings, warning) => {
    expect(load([file({ access_token: TOKEN, ...settings })]).warnings).toEqual([
      expect.stringMatching(warning),
    ]);
  });

  it.each([
    { requests_per_minute: 500 },
    { requests_per_minute: 100, environment: "sandbox" },
    { requests_per_minute: 5_000, api_url: "https://polar.example.com" },
    { start_date: "2026-01-01" },
  ])("do not tell of %j", (settings) => {
    expect(load([file({ access_token: TOKEN, ...settings })]).warnings).toEqual([]);
  });

  it("come also when the slip is why the token is missing", () => {
    const warnings: string[] = [];
    const path = file({ acces_token: TOKEN });
    expect(() => loadConfig([path], (warning) => warnings.push(warning), {})).toThrow("is missing");
    expect(warnings).toEqual([expect.stringContaining('did you mean "access_token"?')]);
  });

  it("tell of likely slips among the variables, not of others", () => {
    const environment = {
      TAP_POLAR_ACCESS_TOKEN: TOKEN,
      TAP_POLAR_PAGESIZE: "5",
      TAP_POLAR_LOGLEVEL: "debug",
      TAP_POLAR_TEST_POSTGRES_URL: "x",
    };
    expect(load(["ENV"], environment).warnings).toEqual([
      'TAP_POLAR_PAGESIZE: has no effect; did you mean "TAP_POLAR_PAGE_SIZE"?',
    ]);
  });

  it("tell of a token that is none of Polar's, and of no other", () => {
    expect(load([file({ access_token: "sk_live_1" })]).warnings).toHaveLength(1);
    expect(load([file({ access_token: "polar_at_o_1" })]).warnings).toEqual([]);
  });
});

describe("variables", () => {
  const token = { TAP_POLAR_ACCESS_TOKEN: TOKEN };

  it("are cast to whole numbers as the schema wants", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(3), (number, spaces) => {
        const text = " ".repeat(spaces) + number;
        expect(load(["ENV"], { ...token, TAP_POLAR_PAGE_SIZE: text }).config.pageSize).toBe(number);
      }),
    );
  });

  it("that are no whole number in the range are refused, whatever they hold", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(text.trim() !== "" && !/^\s*\+?0*([1-9]\d?|100)\s*$/.test(text));
        expect(mistakesIn(["ENV"], { ...token, TAP_POLAR_PAGE_SIZE: text })).toEqual([
          "TAP_POLAR_PAGE_SIZE: must be a whole number from 1 to 100",
        ]);
      }),
    );
  });

  it.each(["true", "TRUE", "1", "yes", "on", "On", "y", "t"])("%s is true", (text) => {
    const name = "TAP_POLAR_EMIT_ACTIVATE_VERSION_MESSAGES";
    expect(load(["ENV"], { ...token, [name]: text }).config.emitActivateVersionMessages).toBe(true);
  });

  it.each(["false", "0", "no", "off"])("%s is false", (text) => {
    const name = "TAP_POLAR_EMIT_ACTIVATE_VERSION_MESSAGES";
    expect(load(["ENV"], { ...token, [name]: text }).config.emitActivateVersionMessages).toBe(
      false,
    );
  });

  it("stay text where the setting is text", () => {
    expect(load(["ENV"], { ...token, TAP_POLAR_USER_AGENT: "1" }).config.userAgent).toBe("1");
  });

  it("may hold fractions where the setting may", () => {
    const environment = { ...token, TAP_POLAR_REQUEST_TIMEOUT_SECONDS: "0.5" };
    expect(load(["ENV"], environment).config.requestTimeoutSeconds).toBe(0.5);
  });
});

describe("checkConfig", () => {
  it("does without a token, and without any config", () => {
    const warnings: string[] = [];
    checkConfig([], (warning) => warnings.push(warning), {});
    checkConfig([file({ page_size: 5 })], (warning) => warnings.push(warning), {});
    expect(warnings).toEqual([]);
  });

  it("tells of mistakes all the same", () => {
    expect(() => checkConfig([file({ page_size: 500 })], () => undefined, {})).toThrow("page_size");
  });
});

describe("describeSettings", () => {
  it("says of each setting what documentation needs", () => {
    const described = describeSettings();
    expect(described.map(({ name }) => name)).toContain("metrics_interval");
    for (const setting of described) expect(setting.description).toMatch(/^[A-Z].*\.$/);
    expect(described.filter(({ sensitive }) => sensitive).map(({ name }) => name)).toEqual([
      "access_token",
    ]);
    const byName = new Map(described.map((setting) => [setting.name, setting]));
    expect(byName.get("page_size")).toMatchObject({ kind: "integer", default: 100 });
    expect(byName.get("environment")).toMatchObject({ kind: "options", default: "production" });
    expect(byName.get("start_date")).toMatchObject({ kind: "date_iso8601" });
    expect(byName.get("request_timeout_seconds")).toMatchObject({ kind: "number", default: 60 });
    expect(byName.get("emit_activate_version_messages")).toMatchObject({ kind: "boolean" });
    expect(byName.get("requests_per_minute")?.defaultText).toBe("300, or 60 in sandbox");
  });
});

it("config.sample.json is valid and needs no warning", () => {
  const sample = readFileSync(new URL("../../config.sample.json", import.meta.url), "utf8");
  expect(load([file(sample)]).warnings).toEqual([]);
});
