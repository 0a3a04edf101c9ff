/** All mutants, part by part. */
import { type Mutant, of } from "./mutant.ts";

const sweep = (name: string) => `test/sync/sweep/${name}.test.ts`;
const tap = (name: string) => `test/tap/${name}.test.ts`;

export const mutants: readonly Mutant[] = [
  ...of(
    "src/sync/sweep/counts.ts",
    [sweep("counts"), sweep("sweep"), sweep("schedules")],
    [
      ["this.#seenSince(pass, pass) + more(pass) >= count &&", "true &&"],
      ["this.#seenSince(pass) + more(pass) >= most,", "true,"],
      ["said.most = Math.max(said.most, totalCount);", ""],
      ["said.least = Math.min(said.least, totalCount);", ""],
      ["newest > before ? newest : before", "newest"],
      ["this.#known = rows - unreadable.length;", "this.#known = rows;"],
      ["this.#known = this.#settled.rows;", ""],
      ['if (this.addUp("none")) return { ...base, unreadable: [] };', ""],
      ["most === least && !this.hasNewcomers", "most === least"],
      ["else if (unreadable?.any) unreadable.passBy", "else unreadable?.passBy"],
      ["for (const one of failed) if (one >= at) unreadable?.meet(one);", ""],
      ["time <= this.#settled.time", "time < this.#settled.time"],
    ],
  ),
  ...of(
    "src/sync/sweep/proof.ts",
    [sweep("proof"), sweep("sweep"), sweep("schedules")],
    [
      ["Math.max(count, totalCount) < limit", "Math.max(count, totalCount) <= limit"],
      ["mayRepeatRows || count >= totalCount", "true"],
      ["unreadable.length > 0 || totalCount === undefined", "totalCount === undefined"],
      ["(yield* close(list)) && (yield* audit(list))", "yield* close(list)"],
      ["if (counts.seen === before) return false;", ""],
      ["yield* catchUp(list, before)", "yield undefined"],
      ["seen <= first.limit && !isResumed", "seen <= first.limit"],
      ["totalCount <= seen + counts.unreadable.most(0)", "true"],
    ],
  ),
  ...of(
    "src/sync/sweep/unreadable.ts",
    [sweep("unreadable"), sweep("sweep")],
    [
      ["pass.offsets.length === 0 || areDifferent", "areDifferent"],
      ["pass.first = undefined;", ""],
      ["this.#pass.different = offsets.length;", "this.#pass.different = 1;"],
      ["Math.max(0, ...this.#passes.slice(since).map(({ different }) => different))", "0"],
    ],
  ),
  ...of(
    "src/sync/sweep/verdicts.ts",
    [sweep("verdicts"), sweep("sweep")],
    [
      [
        'outcome === "whole" && unreadable.length === 0 && !unreadableElsewhere',
        'outcome === "whole"',
      ],
      ['outcome === "whole" ? Math.min(met, Math.max(1, expected - found)) : met', "met"],
      ["found >= expected", "found > expected"],
    ],
  ),
  ...of(
    "src/sync/sweep/walk.ts",
    [sweep("walk"), sweep("sweep")],
    [
      ["lost > MOST_LOST", "lost >= MOST_LOST"],
      ["lost = page.isLost ? lost + 1 : 0;", "if (page.isLost) lost++;"],
      ["empty = isEmpty(page) ? empty + 1 : 0;", "if (isEmpty(page)) empty++;"],
      ["rows !== undefined && rows === previous", "false"],
      ["(isBehindEnd && isEmpty(page))", "false"],
      ["requests.abandon();", ""],
      ["if (!hasEnded) sendAhead(number);", "if (!hasEnded) {}"],
    ],
  ),
  ...of(
    "src/sync/sweep/sweep.ts",
    [sweep("sweep"), sweep("schedules")],
    [
      ['if (isEnough && resume) return "unproven";', ""],
      [
        'return resume ? "unproven" : "short";\n}\n\n/** Reads the list once more',
        'return "short";\n}\n\n/** Reads the list once more',
      ],
      ['if (!isKnown) return "moved";', ""],
      ["fruitless = counts.seen > before ? 0 : fruitless + 1;", "fruitless++;"],
      ["if (before.lastPage < resume.page) return undefined;", ""],
      ["ranges?.resume(counts.read);", ""],
      ["ranges?.forget(forgotten);", ""],
    ],
  ),
  ...of(
    "src/sync/sweep/position.ts",
    [sweep("sweep"), sweep("schedules")],
    [
      ["!counts.hasNewcomers &&", ""],
      ["counts.seen === (number - 1) * part.limit &&", ""],
      ["counts.unreadable.least(0) === known.unreadable.length", "true"],
      ["areDifferent(last?.keys, trace.first?.keys)", "true"],
      ["last.time !== trace.first?.time", "true"],
      ["this.#previous.digest === digest", "true"],
    ],
  ),
  ...of(
    "src/sync/sweep/ranges.ts",
    [sweep("ranges")],
    [
      ['if (end <= (this.#ends.at(-1) ?? "")) return;', ""],
      ["this.#isResumed && range === 0", "this.#isResumed"],
      ["(next === 1_000 ? 1 : 0)", "0"],
      ["time <= end", "time < end"],
    ],
  ),
  ...of(
    "src/sync/sweep/census.ts",
    [sweep("counts"), sweep("sweep")],
    [
      ["if (!isNew) this.#count(this.#ids.replaced ?? 0, -1);", ""],
      ["mark % AGES <= age", "mark % AGES < age"],
    ],
  ),
  ...of(
    "src/sync/lists/full-table.ts",
    [tap("failing-parents"), tap("resume"), tap("children"), tap("nested")],
    [
      ['verdict?.outcome === "whole" && !resumed', 'verdict?.outcome === "whole"'],
      ["!lane.emitActivateVersion || resumed ||", "!lane.emitActivateVersion ||"],
      ["others.every((other) => other === first) ? bookmarks[0] : undefined", "bookmarks[0]"],
      [
        "next.done ? reasonToStartOver(next.value) === undefined : position",
        "next.done || position",
      ],
    ],
  ),
  ...of(
    "src/sync/lists/full-table.ts",
    [tap("hidden-rows")],
    [["problem ??= hidden;", "problem = hidden;"]],
  ),
  ...of(
    "src/sync/changes/catch-up.ts",
    [tap("failing-parents")],
    [
      [
        "      for (const observer of task.observers) observer.finish(end);\n      throw error;",
        "      throw error;",
      ],
    ],
  ),
  ...of(
    "src/sync/kinds/windows.ts",
    ["test/sync/kinds/windows.test.ts", "test/sync/kinds/counts-behind.test.ts"],
    [
      [
        "return Math.max(earliest, Date.parse(value) - lookbackOf(task));",
        "return Date.parse(value) - lookbackOf(task);",
      ],
      ["if (progress) return Date.parse(progress.next);", ""],
      ["if (last) return last.before;", ""],
      ["problem ??= step.problem;\n    isCounted", "problem = step.problem;\n    isCounted"],
      ["isCounted && window.end <= border", "isCounted"],
      ["if (problemHere !== undefined) continue;", ""],
    ],
  ),
  ...of(
    "src/sync/bookmarks/window-bookmark.ts",
    [
      "test/sync/bookmarks",
      "test/sync/kinds/windows.test.ts",
      "test/sync/kinds/counts-behind.test.ts",
    ],
    [
      [
        "key === source.timestamp ? bookmark.replication_key_value : undefined",
        "bookmark.replication_key_value",
      ],
      ["counted?.value === value && counted?.since === timeText(since)", "true"],
    ],
  ),
  ...of(
    "src/sync/bookmarks/sweep-bookmark.ts",
    ["test/sync/bookmarks"],
    [
      ["if (!isSameWalk || version === undefined) return { version, position: undefined };", ""],
      ["sweep?.page_size === walk.pageSize &&", ""],
    ],
  ),
  ...of("src/sync/bookmarks/table-version.ts", ["test/sync/bookmarks"], [["last + 1", "last"]]),
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
    "src/polar/client.ts",
    ["test/polar/client.test.ts", "test/polar/client-damage.test.ts"],
    [
      ["    this.#doomedConnections--;\n", ""],
      ["if (answer.status === 200) this.#gate.widen", "this.#gate.widen"],
      ["          this.#siege = 0;\n", ""],
      ["if (entered > this.#besiegedAt) {", "{"],
      ["if (!kept) body.release();", "body.release();"],
      ["this.#isReached = true;", ""],
      ["status === 408 || status === 425", "status === 425"],
      ['if (status === 511 || headers["cf-mitigated"] !== undefined) return false;', ""],
      ["if (error instanceof InvalidJsonError || error instanceof TimeoutError) return true;", ""],
    ],
  ),
  ...of(
    "src/polar/gate.ts",
    ["test/polar/gate.test.ts", "test/polar/client.test.ts"],
    [
      ["if (isKnown || this.#limit === 1) return undefined;", ""],
      ["isEarned ? this.#limit + 1 : most", "most"],
      ["waiter.priority < (", "waiter.priority <= ("],
      ["Math.max(this.#pausedUntil, until)", "until"],
      ["Math.max(budgetWait, this.#pausedUntil - now)", "budgetWait"],
      ["if (this.#signal.aborted) return refuse(this.#signal.reason);", ""],
    ],
  ),
  ...of(
    "src/polar/page-search.ts",
    ["test/polar/list.test.ts"],
    [
      ["this.#unreadableInARow = 0;\n    } catch", "} catch"],
      [
        "this.#unreadableInARow > MOST_UNREADABLE_IN_A_ROW",
        "this.#unreadableInARow >= MOST_UNREADABLE_IN_A_ROW",
      ],
      ["if (!(error instanceof ServerError)) throw error;", ""],
      ["if (this.unreadable.length > 0) this.#failed.add(this.#list, page, limit);", ""],
    ],
  ),
  ...of(
    "src/polar/list.ts",
    ["test/polar/list.test.ts"],
    [
      ["(whole ? counted?.lastPage : undefined)", "counted?.lastPage"],
      ["rows.count > 0 || totalCount !== 0", "true"],
    ],
  ),
  ...of(
    "src/polar/retry.ts",
    ["test/polar/retry.test.ts"],
    [
      ["Math.max(1_000, milliseconds)", "milliseconds"],
      ["LONGEST_RETRY_AFTER_MILLISECONDS);", "Infinity);"],
    ],
  ),
  ...of(
    "src/polar/page.ts",
    ["test/polar/page.test.ts"],
    [
      [
        "this.#index.scan(bytes, LEVEL_OF_OWN_PROPERTIES);",
        "this.#index.scan(bytes, LEVEL_OF_PROPERTIES);",
      ],
    ],
  ),
  ...of("src/log/redaction.ts", ["test/log"], [["secret.length < LONG", "false"]]),
  ...of("src/cli/input.ts", [tap("log"), tap("refusals")], [["log.hide(config.accessToken);", ""]]),
];
