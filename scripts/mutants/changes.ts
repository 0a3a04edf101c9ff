import { type Mutant, of } from "./mutant.ts";

const test = (name: string) => `test/sync/changes/${name}.test.ts`;

export const changes: readonly Mutant[] = [
  ...of(
    "src/sync/changes/catch-up.ts",
    [test("catch-up"), test("change-reader")],
    [
      [
        "      for (const observer of task.observers) observer.finish(end);\n      throw error;",
        "      throw error;",
      ],
      ["others.every((other) => other === first) ? grounds[0] : undefined", "grounds[0]"],
      ["isInterrupted || isOnePage ||", "isOnePage ||"],
      ["isInterrupted || isOnePage ||", "isInterrupted ||"],
      [
        "begunAt - sweptAt >= settings.fullSweepHours",
        "begunAt - sweptAt > settings.fullSweepHours",
      ],
      ["end?.isComplete || (", "("],
      ["end?.isProven && recent.isComplete", "end?.isProven"],
      ["allOf(problem, stillUnread)", "problem"],
      ["unreadable: end.unreadable ?? 0,", "unreadable: 0,"],
      ["    if (problem === undefined) {\n", "    {\n"],
      ["count: end.count - recent.later", "count: end.count"],
      ["if (!(error instanceof TooMuchChangedError)) {", "{"],
    ],
  ),
  ...of(
    "src/sync/changes/change-reader.ts",
    [test("change-reader"), test("catch-up")],
    [
      ["if (this.#written.has(id)) return;", ""],
      [".filter((id) => !this.#written.has(id));\n    this.#checkCost", ";\n    this.#checkCost"],
      ["this.#feed.embedded(stream.name, lane)?.ids ?? []", "[]"],
      ["if (isComplete && surplus <= growth) return fresh;", "return fresh;"],
      ["fresh.isComplete && fresh.surplus !== 0", "false"],
      ["surplus <= growth", "surplus < growth"],
      [
        "this.#isOfCustomers ? customers.filter((id) => !this.#written.has(id)) : customers",
        "customers",
      ],
      ['if (customers.has(stringOf(rows, row, "id") ?? "")) this', "this"],
      ["unreadable: ground.unreadable,", "unreadable: 0,"],
      ['if (way === "whole") {', "if (false) {"],
      ["count: (fresh.total ?? 0) - fresh.later", "count: fresh.total ?? 0"],
      ["rowsPerCustomer ?? ground.rowsPerCustomer", "rowsPerCustomer"],
      ["    await this.#feed.allEmbedded();\n", ""],
    ],
  ),
  ...of(
    "src/sync/changes/feed.ts",
    [test("feed"), test("catch-up"), test("change-reader")],
    [
      ["await Promise.all(this.#embedding);", ""],
      ["this.#hints ??= this.#read(lane);", "this.#hints = this.#read(lane);"],
      ["if (this.#tooMuch) {", "if (false) {"],
      ["if (!member?.isCaughtUp) return undefined;", "if (!member) return undefined;"],
      ["looked?.fresh.tell(hints);", ""],
      ["looked?.open.tell(hints);", ""],
      ["this.#begunAt += correction;", ""],
      ["if (looked && !member.isCaughtUp) release(looked);", ""],
      ["looked.fresh.isComplete && looked.fresh.surplus > 0", "false"],
    ],
  ),
  ...of(
    "src/sync/changes/touched-rows.ts",
    [test("change-reader"), test("catch-up")],
    [
      ["if (error instanceof RowNotFoundError) return undefined;", ""],
      ["problem = allOf(problem, yield* readPart", "problem = allOf(yield* readPart"],
      ["all.slice(start(at), start(at + 1))", "all.slice(start(at), start(at + 1) - 1)"],
    ],
  ),
  ...of(
    "src/sync/changes/told-sources.ts",
    [test("feed"), test("catch-up")],
    [
      ["{ ...known };", "{};"],
      ["if (read.hints) hints.addAll(read.hints);\n      else", "if (!read.hints)"],
      ["if (!isOptional(error)) throw error;", ""],
      ["!(error instanceof PolarError && error.endsRun)", "true"],
      ["Math.min(...members.map", "Math.max(...members.map"],
    ],
  ),
  ...of(
    "src/sync/changes/fresh-rows.ts",
    [test("fresh-rows")],
    [
      ["this.#member.ground.count - this.count", "this.#member.ground.count"],
      ["if (isKnown) continue;", ""],
      ["this.total ?? Number.NaN", "this.total ?? 0"],
      ["this.#recent.newest ?? this.#member.ground.newest", "this.#recent.newest"],
      ["<= latest", "< latest"],
      ["if (customer) this.#freshCustomers.add(customer);", ""],
    ],
  ),
  ...of(
    "src/sync/changes/recent-rows.ts",
    [test("recent-rows"), test("fresh-rows")],
    [
      [
        "Math.min(Date.parse(newest), caughtUpAt) - OVERLAP_MILLISECONDS",
        "Date.parse(newest) - OVERLAP_MILLISECONDS",
      ],
      [
        "Math.min(Date.parse(newest), caughtUpAt) - OVERLAP_MILLISECONDS",
        "Math.min(Date.parse(newest), caughtUpAt)",
      ],
      ["if (time >= this.#sync.begunAt) {", "if (time > this.#sync.begunAt) {"],
      ["      this.#later.add(id);\n      return;", "      this.#later.add(id);"],
      [
        "if (this.#rows.length > this.#most) this.#forget();",
        "if (this.#rows.length > this.#most) this.#rows = [];",
      ],
    ],
  ),
  ...of(
    "src/sync/changes/newest-rows.ts",
    [test("newest-rows"), test("fresh-rows")],
    [
      ["number >= page.lastPage || oldestOn", "oldestOn"],
      ["|| oldestOn(page, createdBy) < since", ""],
      ["if (timeOf(rows, row, this.#createdBy) < this.since) continue;", ""],
      ["return new NewestRows(pages, false,", "return new NewestRows(pages, true,"],
      ["number <= mostPages", "number <= mostPages + 1"],
    ],
  ),
  ...of(
    "src/sync/changes/open-rows.ts",
    [test("open-rows"), test("open-memory")],
    [
      ["if (areAllKnown && !wasOpen) touch(rows, row);", ""],
      ["areAllKnown && !wasOpen", "!wasOpen"],
      ["text !== undefined && before.size < MOST_REMEMBERED", "text !== undefined"],
      ["if (idHash(id) !== hash) hints.touch(id, task.stream.name);\n      else if", "if"],
      ["if (id === undefined || seen.has(id)) continue;", "if (id === undefined) continue;"],
      ["caughtUpAt - OVERLAP_MILLISECONDS", "caughtUpAt"],
      ["if (withinHours !== undefined) return Number.POSITIVE_INFINITY;", ""],
      ["begunAt - withinHours * HOUR_MILLISECONDS", "Number.NEGATIVE_INFINITY"],
      [".reverse()", ""],
    ],
  ),
  ...of(
    "src/sync/changes/open-memory.ts",
    [test("open-memory"), test("open-rows")],
    [
      ["if (!UUID.test(asked)) return;", ""],
      ["this.#pieces.size > MOST_REMEMBERED && oldest", "oldest"],
      ["this.#isBlind ? undefined : this.#memory.text", "this.#memory.text"],
      [".filter((open) => !isByTime(open))", ""],
    ],
  ),
  ...of(
    "src/sync/changes/told-changes.ts",
    [test("told-changes"), test("feed")],
    [
      ["spans && spans.until <= since ? spans : undefined", "spans"],
      ["time < border ? early : hints", "hints"],
      ["if (unknown > MOST_PAGES * part.limit) return undefined;", ""],
      ["hints.addAll(early);", ""],
      ["known && isPast && recent === unknown", "known && isPast"],
      ["if (id === undefined || times.has(id)) continue;", "if (id === undefined) continue;"],
      ["const until = now - SETTLED_MILLISECONDS;", "const until = now;"],
      ["last - this.#overlap", "last"],
      ["new Date(start - 1)", "new Date(start)"],
    ],
  ),
  ...of(
    "src/sync/changes/tellings.ts",
    [test("tellings")],
    [
      ['hints.touch(customer, stringOf(rows, row, "name") ?? "event");', ""],
      ['if (typeof id === "string") hints.addRow(name, id);', ""],
      ['if (typeof data.customer_id === "string") hints.touch(data.customer_id, event.type);', ""],
      [
        'if (changes?.customer?.property === "id") hints.touch(data.id, event.type);\n      else if',
        "if",
      ],
      ['else if (typeof data.customer_id !== "string") hints', "else hints"],
      ['event.type.split(".")[0]', "event.type"],
    ],
  ),
  ...of(
    "src/sync/changes/plan-reading.ts",
    [test("plan-reading")],
    [
      [
        "customers + rows > 0 && requests >= whole",
        "requests >= whole",
        "where nothing was touched there are no requests, and the whole takes one at least",
      ],
      ["requests >= whole", "requests > whole"],
      ["rows > 0 && !touched.hasRowPath ? Infinity : rows", "rows"],
      ["list.hasRowPath ? customers : Infinity", "customers"],
      ["Math.max(batches, Math.ceil(rows / list.pageSize))", "batches"],
      ["(total > pageSize ? 2 : 0)", "0"],
    ],
  ),
  ...of(
    "src/sync/changes/known-ids.ts",
    [test("known-ids"), test("fresh-rows")],
    [
      ["if (this.#hashes.size > MOST_REMEMBERED) return undefined;", ""],
      ["bits ^ id.charCodeAt(at)", "bits"],
    ],
  ),
  ...of(
    "src/sync/changes/hints.ts",
    [test("hints"), test("feed")],
    [
      ["if (ids) ids.add(id);\n    else", ""],
      [
        "for (const [stream, ids] of other.rows) for (const id of ids) this.addRow(stream, id);",
        "",
      ],
    ],
  ),
  ...of(
    "src/sync/changes/embedded-rows.ts",
    [test("embedded-rows")],
    [
      ["!wanted.has(id) || this.ids.has(id)", "this.ids.has(id)"],
      ["|| this.ids.has(id)) return;", ") return;"],
      ["for (const observer of this.#observers) observer.add(one, 0);", ""],
    ],
  ),
  ...of(
    "src/sync/changes/export-look.ts",
    [test("export-look"), test("exports")],
    [
      ["settled: unread ? settled : this.#begunAt,", "settled: this.#begunAt,"],
      [
        "if (await this.#read(piece, since - OVERLAP_MILLISECONDS)) unread.delete(piece);",
        "await this.#read(piece, since - OVERLAP_MILLISECONDS); unread.delete(piece);",
      ],
      ['timeOf(rows, row, "modified_at") >= since', "true"],
      ["this.growth += Math.max(0, piece.rows.length - piece.known.count);", ""],
      ["time >= until && time < this.#begunAt", "time >= until"],
      ["if (unread) return unread.known.start;", ""],
      ["missing -= this.growth - before;", ""],
      ["if (await hasGrown(middle)) high = middle;\n      else low = middle;", "low = middle;"],
      ["end === undefined ? exported.rows.filter(isLater) : []", "[]"],
      ["Math.ceil(count * this.#limits.share)", "count"],
      ["if (exported.columns !== columns) {", "if (false) {"],
    ],
  ),
  ...of(
    "src/sync/changes/exports.ts",
    [test("exports"), test("catch-up")],
    [
      ["isTold ? MOST_PIECES_IF_TOLD : MOST_PIECES", "MOST_PIECES_IF_TOLD"],
      ["isTold ? dueIfTold(known, lane) : known", "known"],
      ["hours >= settings.fullSweepHours / LOOKS_IF_TOLD", "true"],
      ["for (const customer of customers) hints.touch(customer, task.stream.name);", ""],
      ["this.#indexes.set(keeperOf({ task }), undefined);", ""],
      ["if (total <= ROWS_PER_BUCKET) return page;", ""],
      ["|| error instanceof UnauthorizedError) throw", ") throw"],
      ["      this.#hasWarned = true;\n", ""],
      ["settings.useExports && settings.fullSweepHours > 0", "settings.useExports"],
      ["source && member.isCaughtUp ?", "source ?"],
    ],
  ),
  ...of(
    "src/sync/changes/export-pieces.ts",
    [test("export-pieces"), test("export-look")],
    [
      ["count !== known.count || digest", "digest"],
      ["|| digest !== known.digest", ""],
      ["pages > most ? seed % pieces.length : 0", "0"],
      [
        "unread.has(piece) || !hasChanged(piece) ? [piece.known]",
        "!hasChanged(piece) ? [piece.known]",
      ],
      ["last !== undefined && !unread.has(last)", "last !== undefined"],
      ["< end) rank++", "<= end) rank++"],
    ],
  ),
  ...of(
    "src/sync/changes/export-buckets.ts",
    [test("export-buckets"), test("export-pieces")],
    [
      ["if (rows[at]?.time === rows[at - 1]?.time) continue;", ""],
      ["at - start > ROWS_PER_BUCKET", "at - start >= ROWS_PER_BUCKET"],
      ["if (start < rows.length) buckets.push(bucketOf(rows.slice(start)));", ""],
      ["    last = start;\n  }", "  }"],
    ],
  ),
  ...of(
    "src/sync/changes/first-export-index.ts",
    [test("first-export-index")],
    [
      ["if (row.time < begunAt) rows", "rows"],
      ["!exported.range && total > MOST_ROWS", "!exported.range && total >= MOST_ROWS"],
      ["    from = to;\n", ""],
    ],
  ),
  ...of(
    "src/sync/changes/read-export.ts",
    [test("read-export"), test("export-look")],
    [
      ["rows.sort((one, other) => one.time - other.time);", ""],
      ["names.join() !== columns.join()", "false"],
      ["new Date(from - 1)", "new Date(from)"],
      ["if (rows.some((row) => Number.isNaN(row.time))) {", "if (false) {"],
    ],
  ),
  ...of(
    "src/sync/changes/read-export-piece.ts",
    [test("read-export-piece")],
    [
      ["if (piece.rows.length === 0) return true;", ""],
      ["if (missing.delete(", "if (missing.has("],
      ["const last = Math.ceil(end / part.limit);", "const last = Math.floor(end / part.limit);"],
      ["next.value === undefined;", "true;"],
    ],
  ),
  ...of(
    "src/sync/changes/export-index.ts",
    [test("export-index")],
    [
      ["    .catch(undefined),", ","],
      ["task.members[0]?.declaration.name ?? task.stream.name", "task.stream.name"],
    ],
  ),
  ...of(
    "src/sync/changes/kept-rows.ts",
    [test("kept-rows"), test("export-look")],
    [["Buffer.from(rows.value(rows.first(row) - 1))", "rows.value(rows.first(row) - 1)"]],
  ),
];
