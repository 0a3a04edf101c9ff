import { type Mutant, of } from "./mutant.ts";

/** The state, the selection, and what is kept secret. */
export const singer: readonly Mutant[] = [
  ...of(
    "src/singer/state.ts",
    ["test/singer/state.test.ts"],
    [
      ['"completed_state", "partial_state"', '"partial_state", "completed_state"'],
      ['Number(bookmark.members.get("format")?.text) > BOOKMARK_FORMAT', "false"],
      [
        "if (text === undefined) members.delete(name);\n      else members.set",
        "if (text !== undefined) members.set",
      ],
      ['if (bookmark.text === "null") continue;', ""],
      ["lines.length > 1 && lines.every(isObjectText)", "false"],
    ],
  ),
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
  ...of(
    "src/singer/selected-columns.ts",
    ["test/singer/selection.test.ts"],
    [
      ["    ...forced,\n", ""],
      ["known.includes(column) && rules.isSelected([column])", "rules.isSelected([column])"],
      ["known.includes(column) && rules.isSelected([column])", "known.includes(column)"],
      ["path.length === 1 && rules", "rules"],
      ["columns.has(column) || !rules.isSelected([column])", "columns.has(column)"],
      ["columns.has(column) && rules.metadataOf([column]) === undefined", "columns.has(column)"],
      ["    ...hiddenColumns(discovered),\n", ""],
      [
        "{ ...discovered.schema?.properties, ...schema.properties }",
        "{ ...schema.properties, ...discovered.schema?.properties }",
      ],
      [", (column) => columns.has(column));", ", () => true);"],
      ['if (writing === "as-text" || becomesText)', "if (becomesText)"],
      ['writing === "as-is" && becomesText', "becomesText"],
      ["keyProperties.includes(column) ? taken :", "false ? taken :"],
      [", (column) => column !== name);", ", () => true);"],
      ["[name]: withoutPath(property, inner)", "[name]: property"],
    ],
  ),
  ...of(
    "src/singer/selected-columns.ts",
    ["test/tap/column-types.test.ts", "test/tap/selection.test.ts", "test/tap/nested.test.ts"],
    [
      ["breadcrumb.length === 2 ?", "true ?"],
      ['sent[0] === "object" || sent[0] === "array"', 'sent[0] === "object"'],
    ],
  ),
  ...of(
    "src/singer/overrides.ts",
    ["test/singer/selection.test.ts"],
    [
      ['    theirs["forced-replication-method"],\n', ""],
      ['    theirs["replication-key"],\n', ""],
      ['stream.key_properties, theirs["table-key-properties"]', "stream.key_properties"],
      ["!columns.includes(name)", "false"],
      ["key !== undefined && key !== discovered.replication_key", "key !== undefined"],
      [
        "replicationMethod: method, replicationKey: undefined",
        "replicationMethod: method, replicationKey: key",
      ],
      ["key === undefined || !possible.includes(key)", "key === undefined"],
      ["possible.length === 0", "false"],
      ["JSON.stringify(candidate) !== asDiscovered", "true"],
    ],
  ),
  ...of("src/log/redaction.ts", ["test/log/log.test.ts"], [["secret.length < LONG", "false"]]),
  ...of(
    "src/config/exposed.ts",
    ["test/config/exposed.test.ts"],
    [
      ["!found.isFile() || (found.mode & OTHERS_READ) === 0", "(found.mode & OTHERS_READ) === 0"],
      ["!found.isFile() || (found.mode & OTHERS_READ) === 0", "!found.isFile()"],
      [
        "    accessSync(file, constants.W_OK);\n",
        "",
        "where root runs it: root may write anywhere",
      ],
      ["if ((statSync(folder).mode & OTHERS_ENTER) === 0) return false;", ""],
      ["parent === folder || canBeReached(parent)", "true"],
    ],
  ),
  ...of(
    "src/cli/input.ts",
    ["test/tap/log.test.ts", "test/tap/refusals.test.ts"],
    [["log.hide(config.accessToken);", ""]],
  ),
];
