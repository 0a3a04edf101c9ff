/** The command line: what the user asked for. */
import { parseArgs } from "node:util";
import { describeSettings } from "../config/settings.ts";
import { UserInputError } from "../shared/errors.ts";
import { didYouMean } from "../shared/nearest-name.ts";
import { DESCRIPTION, NAME, VERSION } from "../shared/program.ts";
import { CAPABILITIES } from "./meltano-definition.ts";

/** What the program is to do. `config` holds paths of files, and "ENV" for the environment. */
export type Command =
  | { readonly kind: "help" }
  | { readonly kind: "version" }
  | { readonly kind: "about" }
  | { readonly kind: "discover"; readonly config: readonly string[] }
  | {
      readonly kind: "sync";
      readonly config: readonly string[];
      readonly catalog: string | undefined;
      readonly state: string | undefined;
    };

const OPTIONS = {
  config: { type: "string", multiple: true },
  catalog: { type: "string" },
  properties: { type: "string" },
  state: { type: "string" },
  discover: { type: "boolean" },
  about: { type: "boolean" },
  version: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

export const HELP = `${DESCRIPTION}

  ${NAME} --config config.json --discover > catalog.json
  ${NAME} --config config.json --catalog catalog.json [--state state.json] | some-target

  --config FILE    Settings as JSON. May be repeated: later files win.
  --config ENV     Settings from TAP_POLAR_… variables, which win over files.
  --discover       Print the catalog of all streams. Needs no token and no network.
  --catalog FILE   Which streams and columns to sync. Without it, the default ones.
  --properties     Another name for --catalog.
  --state FILE     Where the last run stopped: the last state that the target printed.
  --about          Print the capabilities and settings as JSON.
  --version        Print the version.
  --help           Print this.

Exit codes: 0 all selected streams are complete; 1 at least one is not; 2 wrong input.
`;

/**
 * Reads the command line.
 * @param args without the interpreter and the script
 * @throws UserInputError with all mistakes at once
 */
export function parseArguments(args: readonly string[]): Command {
  // Not strict: the strict mode stops at the first mistake, with a text for programmers.
  const { values, tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    tokens: true,
  });
  const mistakes = tokens.map(mistakeIn).filter((mistake) => mistake !== undefined);
  if (mistakes.length > 0) throw new UserInputError(mistakes);
  const config = (values.config ?? []).filter((value) => typeof value === "string");
  if (values.help === true) return { kind: "help" };
  if (values.version === true) return { kind: "version" };
  if (values.about === true) return { kind: "about" };
  if (values.discover === true) return { kind: "discover", config };
  return {
    kind: "sync",
    config,
    catalog: textOf(values.catalog ?? values.properties),
    state: textOf(values.state),
  };
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

function mistakeIn(token: Token): string | undefined {
  if (token.kind === "option-terminator") return undefined;
  if (token.kind === "positional") {
    return `${token.value}: stands alone; files are given as --config, --catalog or --state FILE`;
  }
  const option = Object.entries(OPTIONS).find(([name]) => name === token.name)?.[1];
  if (option === undefined) {
    const names = Object.keys(OPTIONS).map((name) => `--${name}`);
    const hint = didYouMean(token.rawName, names) || "; --help lists them";
    return `${token.rawName}: is no option of ${NAME}${hint}`;
  }
  if (option.type === "boolean") {
    return token.value === undefined ? undefined : `${token.rawName}: takes no value`;
  }
  const isMissing =
    token.value === undefined ||
    token.value.trim() === "" ||
    (!token.inlineValue && token.value.startsWith("-"));
  return isMissing ? `${token.rawName}: needs the path of a file behind it` : undefined;
}

function textOf(value: string | boolean | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What `--about` prints: what a registry of taps wants to know. */
export function about(): string {
  return JSON.stringify(
    {
      name: NAME,
      description: DESCRIPTION,
      version: VERSION,
      capabilities: CAPABILITIES,
      settings: describeSettings(),
    },
    null,
    2,
  );
}
