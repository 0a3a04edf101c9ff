import { type Mutant, of } from "./mutant.ts";

const test = (name: string) => `test/sync/kinds/${name}.test.ts`;
const bookmark = (name: string) => `test/sync/bookmarks/${name}.test.ts`;

/** The kinds of sources, and what they keep in the state. */
export const kinds: readonly Mutant[] = [
  ...of(
    "src/sync/kinds/windows.ts",
    [test("windows")],
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
    "src/sync/kinds/in-windows.ts",
    [test("in-windows"), test("windows")],
    [
      ["window.end - base > 1", "window.end - base > 0"],
      ["isCut ? MOST_ROWS_PER_WINDOW : ROWS_PER_WINDOW", "Infinity"],
      ["Math.min(base + width, span.end)", "base + width"],
      ["if (window.end === span.end) onLast();", "onLast();"],
      ["start = base = window.end;", "start = base = window.end + 1;"],
      ["width = Math.max(1, Math.floor(width * growth));", "width = Math.floor(width * growth);"],
    ],
  ),
  ...of(
    "src/sync/kinds/window-reader.ts",
    [test("window-reader"), test("windows")],
    [
      ["time < window.start || time >= window.end", "time < window.start || time > window.end"],
      ["if (isFar) output.refuse", "output.refuse"],
      ["if (time >= latest) this.latest = timestamp;", "this.latest = timestamp;"],
      ["if (!addKey(this.#seen, this.#key, rows, row)) return;", ""],
      ["new Date(start - 1)", "new Date(start)"],
      ["reading === 1 ? addsUp : found === before", "addsUp"],
      ["for (const time of borders.cut) yield* this.#readMillisecond(time);", ""],
      ["verdict.steady && borders.areInOrder", "verdict.steady"],
      ["verdict.steady && borders.areInOrder", "borders.areInOrder"],
    ],
  ),
  ...of(
    "src/sync/kinds/counts-behind.ts",
    [test("counts-behind"), test("windows")],
    [
      ["if (rows === 0 || low === high) return [];", "if (low === high) return [];"],
      ["moment.before < end ? moment", "moment.before <= end ? moment"],
      ["[...known.values()].some(Number.isNaN) ? undefined : changes", "changes"],
      ["while (this.#moments.length > MOST_MOMENTS)", "while (false)"],
    ],
  ),
  ...of(
    "src/sync/kinds/by-api-time.ts",
    [test("by-api-time")],
    [
      ["!isKnown && Math.abs", "Math.abs"],
      ["Math.abs(clock.correction ?? 0)", "(clock.correction ?? 0)"],
      ["> TOLERANCE", ">= TOLERANCE"],
      ["    await sync.return([]);\n", ""],
    ],
  ),
  ...of(
    "src/sync/kinds/children.ts",
    [test("children")],
    [
      ["const since = resume ? undefined :", "const since ="],
      ["problem === undefined && !areTouchedOnly)", "problem === undefined)"],
      ["problem === undefined && !goesOn", "problem === undefined"],
      ["if (mayMove && !bad.areTooMany) {", "if (mayMove) {"],
      ["after === undefined || id > after", "after === undefined || id >= after"],
      ["left.filter((id) => !tried.has(", "left.filter((id) => !new Set().has("],
      ["children.bad.areTooMany ? new Map() : momentsOf(supplied)", "momentsOf(supplied)"],
      ["if (failure && guard.failed(failure)) throw failure;", ""],
      ["if (failure && guard.failed(failure)) break;", ""],
    ],
  ),
  ...of(
    "src/sync/kinds/child-rows.ts",
    [test("children")],
    [
      ["if (error instanceof RowNotFoundError) return undefined;", ""],
      ["if (isOfOneParent(error)) return error;", ""],
    ],
  ),
  ...of(
    "src/sync/kinds/periods.ts",
    [test("periods")],
    [
      ["if (!wasBad) positions.set", "positions.set"],
      ["return wasBad ? undefined : answer;", "return answer;"],
      [
        "parents.problem !== undefined || parents.ids.includes(parent)",
        "parents.ids.includes(parent)",
      ],
      ["if (!(answer instanceof TapError)) guard.answered();", "guard.answered();"],
    ],
  ),
  ...of(
    "src/sync/kinds/period-requests.ts",
    [test("period-requests"), test("periods")],
    [
      [
        "Math.max(earliest, zone.dayOf(Date.parse(startDate)))",
        "zone.dayOf(Date.parse(startDate))",
      ],
      [
        "Math.max(bound, zone.dayOf(Date.parse(position)) - metricsLookbackDays * DAY_MILLISECONDS)",
        "zone.dayOf(Date.parse(position)) - metricsLookbackDays * DAY_MILLISECONDS",
      ],
      ["Math.max(zone.dayOf(lane.clock.now()), from)", "zone.dayOf(lane.clock.now())"],
      ["first: Math.max(first, earliest)", "first"],
      ['if (timeOf(rows, row, "timestamp") >= end) continue;', ""],
      ['interval === "hour" ? last + DAY_MILLISECONDS : last', "last"],
      ["Math.max(zone.startOf(first), Date.parse(earliest))", "zone.startOf(first)"],
      ["zone.startOf(last + DAY_MILLISECONDS) - 1", "zone.startOf(last + DAY_MILLISECONDS)"],
    ],
  ),
  ...of(
    "src/sync/kinds/calendar.ts",
    [test("calendar"), test("periods")],
    [
      ["LONGEST_RANGE_DAYS[interval] - 1", "LONGEST_RANGE_DAYS[interval] + 1"],
      ["first = last + DAY_MILLISECONDS;", "first = last;"],
      ["(date.getUTCDay() + 6) % 7", "date.getUTCDay()"],
    ],
  ),
  ...of(
    "src/sync/bookmarks/window-bookmark.ts",
    [bookmark("window-bookmark")],
    [
      [
        "key === source.timestamp ? bookmark.replication_key_value : undefined",
        "bookmark.replication_key_value",
      ],
      ["counted?.value === value &&", ""],
      ["&& counted?.since === timeText(since)", ""],
      ["before.length > 0 ?", "true ?"],
    ],
  ),
  ...of(
    "src/sync/bookmarks/sweep-bookmark.ts",
    [bookmark("sweep-bookmark")],
    [
      ["if (!isSameWalk || version === undefined) return { version, position: undefined };", ""],
      ["sweep?.page_size === walk.pageSize &&", ""],
      ["&& sweep.order.join() === walk.order.join()", ""],
      ["count === undefined || most === undefined", "false"],
      ["unreadable.length > 0 ? { ...walked, unreadable } : walked", "walked"],
    ],
  ),
  ...of(
    "src/sync/bookmarks/table-version.ts",
    [bookmark("table-version")],
    [
      ["last + 1", "last"],
      ["Math.max(Math.floor(clock.now() / 1_000), last + 1)", "Math.floor(clock.now() / 1_000)"],
    ],
  ),
  ...of(
    "src/sync/bookmarks/list-bookmark.ts",
    [bookmark("list-bookmark")],
    [
      ["swept_at === undefined || caught_up_at === undefined || count === undefined", "false"],
      ["if (bookmark.replication_key !== createdBy) return undefined;", ""],
      ["Math.round(ground.rowsPerCustomer * 100)", "ground.rowsPerCustomer * 100"],
      ["rows_per_100_customers / 100", "rows_per_100_customers"],
    ],
  ),
  ...of(
    "src/sync/bookmarks/child-bookmark.ts",
    [bookmark("child-bookmark")],
    [
      ["failed.length > 0 ? failed : undefined", "undefined"],
      ["parentsAt.size > 0 ?", "true ?"],
      ["{ version, after, failed: failed", "{ version, failed: failed"],
    ],
  ),
  ...of(
    "src/sync/bookmarks/period-bookmark.ts",
    [bookmark("period-bookmark")],
    [
      ["bookmark.interval !== interval || bookmark", "bookmark"],
      ["|| bookmark.timezone !== timezone", ""],
      ["{ ...older, interval", "{ interval"],
    ],
  ),
];
