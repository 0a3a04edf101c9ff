import { type Mutant, of } from "./mutant.ts";

const test = (name: string) => `test/sync/lists/${name}.test.ts`;

export const lists: readonly Mutant[] = [
  ...of(
    "src/sync/lists/full-table.ts",
    [test("full-table")],
    [
      ["isProven && !resumed", "isProven"],
      ["verdict ? unreadableIn(verdict) : 0", "0"],
      ["isComplete && unreadable === 0", "isComplete"],
      ["!lane.emitActivateVersion || resumed ||", "!lane.emitActivateVersion ||"],
      ["|| outcome.problem !== undefined) continue;", ") continue;"],
      ["others.every((other) => other === first) ? bookmarks[0] : undefined", "bookmarks[0]"],
      [
        "next.done ? reasonToStartOver(next.value) === undefined : position",
        "next.done || position",
      ],
      ["resumed = reason === undefined;", "resumed = true;"],
      ["pages % PAGES_PER_CHECKPOINT === 0", "false"],
    ],
  ),
  ...of(
    "src/sync/lists/full-table.ts",
    ["test/tap/hidden-rows.test.ts"],
    [["problem ??= hidden;", "problem = hidden;"]],
  ),
  ...of(
    "src/sync/lists/parents.ts",
    [test("parents")],
    [
      ["touchedSince !== undefined && touchedSince === since", "touchedSince !== undefined"],
      ["if (!isWhole && !areTouchedOnly) return undefined;", ""],
      ["return [...this.#ids].sort();", "return [...this.#ids];"],
      ['(rows.textOf(row, has) ?? "null") === "null"', "rows.textOf(row, has) === undefined"],
      ["query: { ...stream.source.query, ...query }", "query: { ...stream.source.query }"],
    ],
  ),
  ...of(
    "src/sync/lists/bad-parents.ts",
    [test("bad-parents")],
    [
      ["ServerError, UnavailableError, RefusedRequestError,", "ServerError, RefusedRequestError,"],
      ["this.#inARow >= MOST_IN_A_ROW", "this.#inARow > MOST_IN_A_ROW"],
      ["error instanceof UnavailableError ? this.#unavailable + 1 : 0", "this.#unavailable + 1"],
      ["this.#inARow = 0;\n    this.#unavailable", "this.#unavailable"],
      ["this.#all.size > MOST_REMEMBERED", "this.#all.size >= MOST_REMEMBERED"],
      ["this.#reason ??= reason;", "this.#reason = reason;"],
    ],
  ),
  ...of(
    "src/sync/lists/read-once.ts",
    [test("read-once")],
    [
      ["counts.size === 1 && counts.has(seen.size)", "counts.has(seen.size)"],
      ["if (addKey(seen, key, rows, row)) onRow", "addKey(seen, key, rows, row); onRow"],
      [
        "if (yield* readOnce(part, lane)) return undefined;",
        "yield* readOnce(part, lane); return;",
      ],
    ],
  ),
  ...of(
    "src/sync/lists/read-list.ts",
    [test("read-list"), test("read-once")],
    [
      ["newestFirst(reading.source, lane.pageSize)", "firstPass(reading.source, lane.pageSize)"],
      ["const PAGES_FOR_A_COUNT = [1, 2, 3];", "const PAGES_FOR_A_COUNT = [1, 2];"],
      ["      firstPage = undefined;\n", ""],
      ['origin.from === "item" ? [origin.property] : []', "[column]"],
    ],
  ),
  ...of(
    "src/sync/lists/in-order.ts",
    [test("in-order")],
    [
      ["pending.length < readAhead", "true"],
      ["if (next === items.length) onAllRequested();", "onAllRequested();"],
    ],
  ),
];
