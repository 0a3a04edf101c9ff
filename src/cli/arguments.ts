/** The command line: what the user asked for. */
import { parseArgs } from "node:util";
import { meantSetting } from "../config/other-names.ts";
import { UserInputError } from "../shared/errors.ts";
import { didYouMean } from "../shared/nearest-name.ts";
import { DESCRIPTION, NAME } from "../shared/program.ts";
import { ABOUT_FORMATS, type AboutFormat } from "./about.ts";

/** The commands for people: words beside Singer's options. */
export const WORDS = ["init", "check", "streams", "state"] as const;

export type Word = (typeof WORDS)[number];

/** Where the settings and the selection come from. `config` holds paths, and "ENV". */
export interface Choice {
  readonly config: readonly string[];
  readonly catalog: string | undefined;
  /** Patterns that choose streams and columns, before the setting of this name. */
  readonly select: readonly string[] | undefined;
}

/** What a sync is told beside. */
export interface SyncArguments extends Choice {
  readonly state: string | undefined;
  /** Where the summary goes; the setting of this name counts where it is undefined. */
  readonly summary: string | undefined;
}

/** What the program is to do. */
export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "about"; readonly format: AboutFormat }
  | ({ readonly kind: "discover" } & Omit<Choice, "catalog">)
  | ({ readonly kind: "sync" } & SyncArguments)
  | ({ readonly kind: "test" } & Choice)
  /** A command for people, with the arguments behind it. */
  | { readonly kind: "word"; readonly word: Word; readonly args: readonly string[] };

const OPTIONS = {
  config: { type: "string", multiple: true },
  catalog: { type: "string" },
  properties: { type: "string" },
  state: { type: "string" },
  select: { type: "string", multiple: true },
  summary: { type: "string" },
  discover: { type: "boolean" },
  test: { type: "boolean" },
  about: { type: "boolean" },
  format: { type: "string" },
  version: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export const HELP = `${DESCRIPTION}

  ${NAME} --config config.json --discover > catalog.json
  ${NAME} --config config.json --catalog catalog.json [--state state.json] | some-target

  --config FILE    Settings as JSON. May be repeated: later files win.
  --config ENV     Settings from TAP_POLAR_… variables, which win over files.
  --discover       Print the catalog of all streams. Needs no token and no network.
  --catalog FILE   Which streams and columns to sync (or --properties); else the default ones.
  --state FILE     Where the last run stopped: the last state that the target printed.
  --select LIST    Choose streams and columns: 'orders,events.*,!orders.customer'.
  --summary FILE   Write how the sync has ended as JSON.
  --test           Read one record of each selected stream.
  --about          Print capabilities and settings (--format json, markdown, meltano), or --version.

For people, each with --help of its own:
  init     ask for a token, and write config.json and catalog.json
  check    try the token: scopes, rows, and how long a sync takes
  streams  list the streams, and what is selected
  state    explain a state, or let a stream be read again

Exit codes: 0 all selected streams are complete; 1 at least one is not, and another run may mend it;
2 a person is needed, for wrong input or a token that is not accepted.
`;

/**
 * Reads the command line.
 * @param args without the interpreter and the script
 * @throws UserInputError with all mistakes at once
 */
export function parseArguments(args: readonly string[]): Command {
  const [first, ...rest] = args;
  const word = wordOf(first);
  if (word !== undefined) return { kind: "word", word, args: rest };
  refuseMistakes(args, OPTIONS, 0);
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const { config = [], catalog = values.properties, state, summary } = values;
  if (values.help) return { kind: "help" };
  if (values.version) return { kind: "version" };
  if (values.about) return { kind: "about", format: formatOf(values.format) };
  const select = listOf(values.select);
  if (values.discover) return { kind: "discover", config, select };
  if (values.test) return { kind: "test", config, catalog, select };
  return { kind: "sync", config, catalog, state, select, summary };
}

function wordOf(text: string | undefined): Word | undefined {
  return WORDS.find((word) => word === text);
}

/** The options of a command, as node:util takes them. */
export type Options = NonNullable<Parameters<typeof parseArgs>[0]>["options"] & object;

/**
 * Looks for all that is wrong with a command line, where node:util stops at the first mistake, with
 * a text for programmers.
 * @param positionals how many arguments may stand alone
 * @throws UserInputError with all mistakes at once
 */
export function refuseMistakes(
  args: readonly string[],
  options: Options,
  positionals: number,
): void {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  let alone = 0;
  const mistakes = tokens.flatMap((token, at) => {
    if (token.kind === "positional" && ++alone <= positionals) return [];
    return mistakeIn(token, tokens[at - 1], options) ?? [];
  });
  if (mistakes.length > 0) throw new UserInputError(mistakes);
}

/** The patterns of all `--select`, which may have several with commas between them. */
export function listOf(given: readonly string[] | undefined): readonly string[] | undefined {
  return given
    ?.join()
    .split(",")
    .map((pattern) => pattern.trim())
    .filter((pattern) => pattern !== "");
}

function formatOf(text = "json"): AboutFormat {
  const format = ABOUT_FORMATS.find((one) => one === text);
  if (format !== undefined) return format;
  throw new UserInputError(`--format: must be one of ${ABOUT_FORMATS.join(", ")}`);
}

/** A piece of the command line, as node:util tells it. */
type Token =
  | { readonly kind: "option-terminator" }
  | { readonly kind: "positional"; readonly value: string }
  | {
      readonly kind: "option";
      readonly name: string;
      readonly rawName: string;
      readonly value: string | undefined;
      readonly inlineValue: boolean | undefined;
    };

/** What stands behind an option, where that is not the path of a file. */
const VALUES: Readonly<Record<string, string>> = {
  select: "patterns such as orders,!orders.customer",
  format: `one of ${ABOUT_FORMATS.join(", ")}`,
  to: "a time such as 2026-01-31T12:00:00Z",
  "api-url": "the address of the API",
};

function mistakeIn(
  token: Token,
  previous: Token | undefined,
  options: Options,
): string | undefined {
  if (token.kind === "option-terminator") return undefined;
  if (token.kind === "positional") {
    // What follows an option that there is not is its value, which may be a secret.
    if (previous?.kind === "option" && !(previous.name in options)) return undefined;
    if (wordOf(token.value) !== undefined) {
      return `${token.value}: stands first: ${NAME} ${token.value} …`;
    }
    const hint = didYouMean(token.value, WORDS);
    if (hint !== "") return `${token.value}: is no command of ${NAME}${hint}`;
    return `${token.value}: stands alone; files are given as --config, --catalog or --state FILE`;
  }
  const option = Object.entries(options).find(([name]) => name === token.name)?.[1];
  if (option === undefined) return unknownOption(token, options);
  if (option.type === "boolean") {
    return token.value === undefined ? undefined : `${token.rawName}: takes no value`;
  }
  const isMissing =
    token.value === undefined ||
    token.value.trim() === "" ||
    (!token.inlineValue && token.value.startsWith("-"));
  const needed = VALUES[token.name] ?? "the path of a file";
  if (isMissing) return `${token.rawName}: needs ${needed} behind it`;
  // The value is not repeated: it holds a secret.
  if (!/^\s*\{|^polar_/.test(token.value ?? "")) return undefined;
  const instead = token.name === "config" ? "; or give --config=ENV and set variables" : "";
  return `${token.rawName}: needs ${needed}, not what belongs into it${instead}`;
}

function unknownOption(
  { name, rawName }: Extract<Token, { kind: "option" }>,
  options: Options,
): string {
  const setting = rawName.startsWith("--") ? meantSetting(name) : undefined;
  if (setting !== undefined) {
    return `${rawName}: settings are no options; put ${setting} into a file for --config, or set TAP_POLAR_${setting.toUpperCase()} and give --config=ENV`;
  }
  const names = Object.keys(options).map((known) => `--${known}`);
  const hint = didYouMean(rawName, names) || "; --help lists them";
  return `${rawName}: is no option of ${NAME}${hint}`;
}
