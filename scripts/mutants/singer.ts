import { type Mutant, of } from "./mutant.ts";

/** The state, the selection, and what is masked. */
export const singer: readonly Mutant[] = [
  ...of(
    "src/singer/selection-rules.ts",
    ["test/singer/selection-rules.test.ts", "test/singer/selection.test.ts"],
    [
      ["if (isOuterSelected === false) return false;", ""],
      ["path.length < 2 || selected !== false", "true"],
      ['if (metadata?.inclusion === "unsupported") return false;', ""],
      ["this.isSelected(path.slice(0, -1)),\n    );", "true,\n    );"],
      ["this.#selectedAtTop ?? true", "true"],
    ],
  ),
  ...of(
    "src/singer/selection-patterns.ts",
    ["test/singer/selection-patterns.test.ts"],
    [
      ["pattern.column === column || !isOff(ours, column)", "true"],
      ["isIncluded && !isExcluded", "isIncluded"],
      ["named.has(column) || !restIsTheCatalogs", "true"],
      ["theirs || isNamed", "isNamed"],
    ],
  ),
  ...of("src/log/redaction.ts", ["test/log/log.test.ts"], [["secret.length < LONG", "false"]]),
  ...of(
    "src/cli/input.ts",
    ["test/tap/log.test.ts", "test/tap/refusals.test.ts"],
    [["log.hide(config.accessToken);", ""]],
  ),
];
