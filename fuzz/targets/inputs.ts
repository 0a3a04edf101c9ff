/** What users give to the tap: config, variables, catalog, state and patterns. */
import { ok, strictEqual } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import fc from "fast-check";
import { explain, rewind } from "../../src/cli/commands/state.ts";
import { readInput } from "../../src/cli/input.ts";
import { discoveredCatalog, selectedStreams } from "../../src/cli/selected.ts";
import { checkConfig, loadConfig } from "../../src/config/config.ts";
import { settings } from "../../src/config/settings.ts";
import { createLog, type ProcessLog } from "../../src/log/log.ts";
import { UserInputError } from "../../src/shared/errors.ts";
import { isJsonObject } from "../../src/shared/json-text.ts";
import { State } from "../../src/singer/state.ts";
import { streams } from "../../src/streams/index.ts";
import { damaged } from "../../test/polar/json/json-texts.ts";
import { catalogs, configs, states } from "../originals.ts";
import { spoilt } from "../spoilt.ts";
import type { Target } from "../target.ts";

const folder = mkdtempSync(join(tmpdir(), "tap-polar-fuzz-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A token that looks like no token of Polar's, so that only knowing it helps to hide it. */
const SECRET = "Zq7x9Wm2Lp4Rt8Kd";

/** A file that holds this. */
function file(name: string, content: Buffer | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/**
 * Has something be read as a command does it. What is refused has to be refused in words for users:
 * the process would end with 2, and nothing in its log is a secret or could disturb a terminal.
 */
async function reads(read: (log: ProcessLog) => void): Promise<void> {
  let text = "";
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += chunk;
      done();
    },
  });
  const log = await createLog(output, {});
  try {
    read(log);
  } catch (error) {
    if (!(error instanceof UserInputError)) throw error;
    log.fatal(error);
  }
  ok(!text.includes(SECRET), `the token is in the log: ${text}`);
  ok(!/\p{Cc}/u.test(text.replaceAll("\n", "")), `control characters are in the log: ${text}`);
  ok(!Object.hasOwn(Object.prototype, "polluted"), "every object has got a property");
}

/** Config files: as they are, and with another token in the place of theirs. */
export const config: Target = {
  name: "config",
  inputs: spoilt(configs),
  async read(input) {
    const path = file("config.json", input);
    const choice = { config: [path], catalog: undefined, select: undefined };
    await reads((log) => void checkConfig([path], (message) => log.warn(message)));
    await reads((log) => checkSettings(readInput(choice, log).config));
    const other = withToken(input, oneOf(tokens, input));
    if (other === undefined) return;
    writeFileSync(path, other);
    await reads((log) => void readInput(choice, log));
  },
};

/** Good ones and bad ones. */
const tokens = [SECRET, `${SECRET} ${SECRET}`, `${SECRET}\u0000`, [SECRET], { a: SECRET }];

/** What an input chooses, always the same. */
function oneOf<T>(choices: readonly T[], input: Buffer): T | undefined {
  return choices[input.length % choices.length];
}

function withToken(input: Buffer, access_token: unknown): string | undefined {
  try {
    const json: unknown = JSON.parse(input.toString());
    return isJsonObject(json) ? JSON.stringify({ ...json, access_token }) : undefined;
  } catch {
    return undefined;
  }
}

function checkSettings({ apiUrl, startDate, userAgent }: ReturnType<typeof loadConfig>): void {
  const { protocol, hostname } = new URL(apiUrl);
  const isHere = /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
  ok(protocol === "https:" || isHere, `the token would go to ${apiUrl}`);
  ok(/^[\x20-\x7e]+$/.test(userAgent), "a header that can't be sent");
  ok(startDate === undefined || /^\d{4}-/.test(startDate), `the time ${startDate}`);
}

const variable = fc.constantFrom(
  ...Object.keys(settings.shape).map((name) => `TAP_POLAR_${name.toUpperCase()}`),
  ...["TAP_POLAR_TOKEN", "TAP_POLAR_", "TAP_POLAR_LOGLEVEL", "PATH", "__proto__"],
);
const value = fc.oneof(
  fc.string(),
  fc.constantFrom("1", "1e3", "-0", "on", "NO", "[1]", '["orders"]', "[", "orders,!orders.id"),
  fc.constantFrom("http://[::1]:1", "https://a@b", "https://x/v1", "2026-02-29", "Europe/Berlin"),
);
const variables = fc
  .array(fc.tuple(variable, value), { maxLength: 6 })
  .map((pairs) => pairs.map((pair) => pair.join("=")).join("\n"));

/** Settings in variables, a line each. */
export const environment: Target = {
  name: "environment",
  inputs: fc.oneof(
    variables.map((one) => Buffer.from(one)),
    damaged(variables),
  ),
  async read(input) {
    const lines = input.toString().split("\n");
    const given = lines.map((line) => [line.split("=", 1)[0], line.replace(/^[^=]*=?/, "")]);
    const all = Object.fromEntries([...given, ["TAP_POLAR_ACCESS_TOKEN", SECRET]]);
    await reads((log) => checkSettings(loadConfig(["ENV"], (line) => log.warn(line), all)));
    const bad = { ...all, TAP_POLAR_ACCESS_TOKEN: `${SECRET}\u0000` };
    await reads((log) => void loadConfig(["ENV"], (line) => log.warn(line), bad));
  },
};

/** Catalogs, and what is selected in them. */
export const catalog: Target = {
  name: "catalog",
  inputs: spoilt(catalogs),
  async read(input) {
    const choice = { catalog: file("catalog.json", input), select: undefined };
    for (const jsonColumns of ["native", "text"] as const) {
      const chosen = { select: undefined, jsonColumns };
      await reads((log) =>
        checkSelection(selectedStreams(choice, chosen, (line) => log.warn(line))),
      );
    }
    const picked = { ...choice, select: ["*.*", "!orders.customer"] };
    await reads((log) =>
      checkSelection(selectedStreams(picked, undefined, (line) => log.warn(line))),
    );
  },
};

function checkSelection(selected: ReturnType<typeof selectedStreams>): void {
  ok(selected.length > 0, "nothing is selected");
  for (const { stream, columns, schema, keyProperties } of selected) {
    const declared = streams.find(({ name }) => name === stream);
    ok(declared, `the stream ${stream}`);
    const known = new Set([...Object.keys(declared.properties), "_extra"]);
    for (const column of [...columns, ...keyProperties])
      ok(known.has(column), `a column ${column}`);
    for (const key of keyProperties) ok(columns.has(key), `no column for the key ${key}`);
    // It has to go out in a line.
    ok(!JSON.stringify(schema).includes("\n"), "a schema of several lines");
  }
}

/** States: what is read of them, told of them, and printed again. */
export const state: Target = {
  name: "state",
  inputs: spoilt(states),
  async read(input) {
    const path = file("state.json", input);
    await reads((log) => {
      const read = State.read(path, (line) => log.warn(line));
      const text = read.toJson();
      strictEqual(State.parse(text, "again").toJson(), text, "printed again");
      ok(!/[\r\n]/.test(text), "a state of several lines");
      explain(read, streams);
    });
    await reads(() => {
      const read = State.read(path);
      for (const stream of streams) {
        try {
          rewind(read, stream, oneOf([undefined, "2026-01-31", "0000-01-01"], input));
        } catch (error) {
          if (!(error instanceof UserInputError)) throw error;
        }
      }
    });
  },
};

const names = streams.flatMap(({ name, properties }) => [
  name,
  ...Object.keys(properties).map((column) => `${name}.${column}`),
]);
const pattern = fc
  .tuple(
    fc.constantFrom("", "!", "!!"),
    fc.oneof(
      fc.constantFrom(...names),
      fc.string({ unit: fc.constantFrom(..."*.!ordes_[]()+?^$|\\ ") }),
    ),
    fc.constantFrom("", ".*", "*", ".email", ".a.b", "."),
  )
  .map((parts) => parts.join(""));
const patterns = fc.array(pattern, { maxLength: 5 }).map((some) => some.join(","));

/** Patterns of `--select`. */
export const selection: Target = {
  name: "selection",
  inputs: fc.oneof(
    patterns.map((one) => Buffer.from(one)),
    damaged(patterns),
  ),
  async read(input) {
    const select = input.toString().split(",");
    const choice = { catalog: undefined, select };
    await reads((log) =>
      checkSelection(selectedStreams(choice, undefined, (line) => log.warn(line))),
    );
    await reads(() => void discoveredCatalog({ select }, undefined));
  },
};
