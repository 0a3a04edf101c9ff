import { type Mutant, of } from "./mutant.ts";

const test = (name: string) => `test/sync/sweep/${name}.test.ts`;

/** All schedules of changes: they take most of a minute, and so come last. */
const schedules = test("schedules");

export const sweep: readonly Mutant[] = [
  ...of(
    "src/sync/sweep/counts.ts",
    [test("counts"), test("sweep"), schedules],
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
      ["if (between && (place < between.from || place >= between.until)) continue;", ""],
      ["place >= between.until", "place > between.until"],
    ],
  ),
  ...of(
    "src/sync/sweep/proof.ts",
    [test("proof"), test("sweep"), schedules],
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
    [test("unreadable"), test("sweep")],
    [
      ["pass.offsets.length === 0 || areDifferent", "areDifferent"],
      ["pass.first = undefined;", ""],
      ["this.#pass.different = offsets.length;", "this.#pass.different = 1;"],
      ["Math.max(0, ...this.#passes.slice(since).map(({ different }) => different))", "0"],
    ],
  ),
  ...of(
    "src/sync/sweep/verdicts.ts",
    [test("verdicts"), test("sweep")],
    [
      ['verdict.outcome === "whole" && unreadableIn(verdict) === 0', 'verdict.outcome === "whole"'],
      ["unreadable.length + unreadableElsewhere", "unreadable.length"],
      ['outcome === "whole" ? Math.min(met, Math.max(1, expected - found)) : met', "met"],
      ["found >= expected", "found > expected"],
    ],
  ),
  ...of(
    "src/sync/sweep/walk.ts",
    [test("walk"), test("sweep")],
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
    [test("sweep"), schedules],
    [
      ['if (isEnough && resume) return "unproven";', ""],
      [
        'return resume ? "unproven" : "short";\n}\n\n/** Reads the list once more',
        'return "short";\n}\n\n/** Reads the list once more',
      ],
      ['if (!isKnown) return "moved";', ""],
      ["if (!isDone) page.release();", ""],
      ["list.isOrdered && options.mostPasses !== 0", "list.isOrdered"],
      ["list.isOrdered && options.mostPasses !== 0", "options.mostPasses !== 0"],
      ["fruitless = isSteady ? fruitless + 1 : 0;", "fruitless++;"],
      ["if (before.lastPage < resume.page) return undefined;", ""],
      ["ranges?.resume(counts.read);", ""],
      ["ranges?.forget(forgotten);", ""],
    ],
  ),
  ...of(
    "src/sync/sweep/position.ts",
    [test("position"), test("sweep"), schedules],
    [
      ["&& !counts.hasNewcomers", ""],
      ["this.#missing === 0 &&", ""],
      ["counts.unreadable.least(0) === counts.known.unreadable.length", "true"],
      ["areDifferent(this.#previous?.last?.keys, this.#current?.first?.keys)", "true"],
      ["last.time !== time", "true"],
      ["missing > 0 ?", "missing >= 0 ?"],
      ["this.#border = behind;", ""],
      ["this.#border = (next - 1) * this.#list.first.limit;", ""],
      ["this.#missing = behind - counts.seen;", ""],
      ["this.#previous.digest === digest", "true"],
    ],
  ),
  ...of(
    "src/sync/sweep/gap.ts",
    [test("sweep")],
    [
      ["if (counts.seen >= enough) return;", ""],
      ["if (fruitless === MOST_FRUITLESS) return;", ""],
      ["Math.floor(gap.from / part.limit) + 1", "1"],
      ["Math.ceil(gap.until / part.limit)", "Math.floor(gap.until / part.limit)"],
    ],
  ),
  ...of(
    "src/sync/sweep/ranges.ts",
    [test("ranges")],
    [
      ['if (end <= (this.#ends.at(-1) ?? "")) return;', ""],
      ["this.#isResumed && range === 0", "this.#isResumed"],
      ["(next === 1_000 ? 1 : 0)", "0"],
      ["time <= end", "time < end"],
    ],
  ),
  ...of(
    "src/sync/sweep/census.ts",
    [test("census"), test("counts"), test("sweep")],
    [
      ["if (!isNew) this.#count(this.#ids.replaced ?? 0, -1);", ""],
      ["mark % AGES <= age", "mark % AGES < age"],
    ],
  ),
  ...of(
    "src/sync/sweep/swept-list.ts",
    [test("swept-list"), test("sweep"), schedules],
    [
      ["if (count < this.first.limit) return false;", ""],
      ["latest === undefined || latest < newest", "latest === undefined || latest <= newest"],
      ["if (!this.#isFiltered(part)) this.counts.note(page);", "this.counts.note(page);"],
      ["part === this.newest && this.isOrdered", "false"],
      ["{ offset: 0, backwards: this.isOrdered }", "{ offset: 0 }"],
      ["settled === 0 || this.#isFiltered(part) ||", "settled === 0 ||"],
      ["Math.max(1, Math.floor(settled / limit))", "Math.max(1, Math.ceil(settled / limit))"],
      ["if (way !== newest.sorting.join()) return {};", ""],
    ],
  ),
  ...of(
    "src/sync/sweep/sort-keys.ts",
    [test("sort-keys"), test("sweep")],
    [
      ["text === undefined || /^[{[]/.test(text)", "text === undefined"],
      ["key !== undefined && otherKey !== undefined && key", "key"],
    ],
  ),
  ...of(
    "src/sync/sweep/times.ts",
    [test("times"), test("sweep")],
    [
      ["latest === undefined || time > latest", "latest === undefined || time < latest"],
      ['fraction.padEnd(9, "0")', "fraction"],
      ["atEnd = this.of(first, 0)", "atEnd = this.of(first, first.count - 1)"],
    ],
  ),
  ...of(
    "src/sync/sweep/row-digest.ts",
    [test("row-digest")],
    [
      ["    this.#count++;\n", ""],
      ["this.#other = (this.#other + other) >>> 0;", "this.#other = other >>> 0;"],
    ],
  ),
  ...of(
    "src/sync/sweep/passes.ts",
    [test("passes"), test("sweep")],
    [
      ["if (order.length > 0) yield [last];", ""],
      [".filter((limit) => limit !== part.limit)", ""],
    ],
  ),
];
