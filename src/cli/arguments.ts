/** The command line: what the user asked for. */
import { parseArgs } from "node:util";
import { meantSetting } from "../config/other-names.ts";
import { describeSettings } from "../config/settings.ts";
import { UserInputError } from "../shared/errors.ts";
import { didYouMean } from "../shared/nearest-name.ts";
import { DESCRIPTION, NAME, VERSION } from "../shared/program.ts";

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

Exit codes: 0 all selected streams are complete; 1 at least one is not, and another run may mend it;
2 a person is needed, for wrong input or a token that is not accepted.
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
  const mistakes = tokens
    .map((token, at) => mistakeIn(token, tokens[at - 1]))
    .filter((mistake) => mistake !== undefined);
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

function mistakeIn(token: Token, previous: Token | undefined): string | undefined {
  if (token.kind === "option-terminator") return undefined;
  if (token.kind === "positional") {
    // What follows an option that there is not is its value, which may be a secret.
    if (previous?.kind === "option" && optionOf(previous) === undefined) return undefined;
    return `${token.value}: stands alone; files are given as --config, --catalog or --state FILE`;
  }
  const option = optionOf(token);
  if (option === undefined) {
    const setting = token.rawName.startsWith("--") ? meantSetting(token.name) : undefined;
    if (setting !== undefined) {
      return `${token.rawName}: settings are no options; put ${setting} into a file for --config, or set TAP_POLAR_${setting.toUpperCase()} and give --config=ENV`;
    }
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
  if (isMissing) return `${token.rawName}: needs the path of a file behind it`;
  // Nor is the value repeated: it holds a secret.
  if (!/^\s*\{|^polar_/.test(token.value ?? "")) return undefined;
  const instead = token.name === "config" ? "; or give --config=ENV and set variables" : "";
  return `${token.rawName}: needs the path of a file, not what belongs into it${instead}`;
}

function optionOf({ name }: { readonly name: string }) {
  return Object.entries(OPTIONS).find(([known]) => known === name)?.[1];
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
      capabilities: [
        "catalog",
        "discover",
        "state",
        "about",
        "activate-version",
        "structured-logging",
      ],
      settings: describeSettings(),
    },
    null,
    2,
  );
}
