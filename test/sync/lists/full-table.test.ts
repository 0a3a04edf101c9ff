import { describe, expect, it } from "vitest";
import type { Stream } from "../../../src/streams/define.ts";
import type { SweepBookmark } from "../../../src/sync/bookmarks/sweep-bookmark.ts";
import type { ListEnd } from "../../../src/sync/contract/kind.ts";
import { syncFullTable } from "../../../src/sync/lists/full-table.ts";
import { streamNamed } from "../../support/organization.ts";
import { select } from "../contexts.ts";
import { listApi, minutely } from "../list-api.ts";
import { bookmarksOf, columnOf, contextFor, takeAll, taskOf } from "../syncs.ts";

const refunds = streamNamed("refunds");
const orders = streamNamed("orders");
const none: SweepBookmark = { version: undefined, position: undefined };
const rows = minutely(24);
const idsFrom = (first: number) => rows.slice(first).map(({ id }) => id);

interface Options {
  readonly bookmarks?: readonly SweepBookmark[];
  readonly rowsAt?: Parameters<typeof listApi>[0];
  readonly countOf?: Parameters<typeof listApi>[1];
  readonly emitActivateVersion?: boolean;
  readonly stream?: Stream;
}

/** Reads refunds, three a page, and what their observer hears; orders with their items for two bookmarks. */
async function sync({ bookmarks = [none], rowsAt = () => rows, ...options }: Options = {}) {
  const api = await listApi(rowsAt, options.countOf);
  const { emitActivateVersion = true } = options;
  const context = contextFor(api, { maxRetries: 0 }, { pageSize: 3, emitActivateVersion });
  const { stream = bookmarks.length > 1 ? orders : refunds } = options;
  const { source } = stream;
  if (source.kind !== "list") throw new Error(`${stream.name} is no list`);
  const ends: ListEnd[] = [];
  let seen = 0;
  const observer = { add: () => void seen++, finish: (end: ListEnd) => void ends.push(end) };
  const members = bookmarks.length > 1 ? [orders, streamNamed("order_items")] : [stream];
  const task = {
    ...taskOf(stream, source, bookmarks, context),
    members: members.map((member) => select(member)),
    observers: [observer],
  };
  const result = await takeAll(syncFullTable(task));
  const activated = result.taken.filter(({ kind }) => kind === "activate").length;
  return { ...result, activated, ends, seen, logged: context.logged.join() };
}

/** Where a sync may go on that was interrupted behind its first four pages. */
async function interrupted(): Promise<SweepBookmark> {
  const { taken } = await sync();
  const found = bookmarksOf(taken).flatMap(({ version, sweep }) =>
    isPosition(sweep) && sweep.page === 5 ? [{ version: Number(version), position: sweep }] : [],
  );
  const [bookmark] = found;
  if (!bookmark) throw new Error("there is no position at page 5");
  return { version: bookmark.version, position: { ...bookmark.position, unreadable: [] } };
}

type Position = NonNullable<SweepBookmark["position"]>;

const isPosition = (sweep: unknown): sweep is Position =>
  typeof sweep === "object" && sweep !== null && "page" in sweep;

describe("a list that is read whole", () => {
  it("is written once, activated, and told to be whole", async () => {
    const { taken, activated, ends, seen, outcomes } = await sync();
    expect(columnOf(taken, "id")).toEqual(idsFrom(0));
    expect([activated, seen]).toEqual([1, 24]);
    expect(ends).toEqual([
      { isComplete: true, isProven: true, isWhole: true, count: 24, unreadable: 0 },
    ]);
    expect(outcomes).toEqual([{ stream: "refunds", problem: undefined }]);
    expect(bookmarksOf(taken).at(-1)).toMatchObject({ sweep: undefined });
  });

  it("has a checkpoint after five of its pages", async () => {
    const { taken } = await sync();
    expect(taken.filter(({ kind }) => kind === "checkpoint")).toHaveLength(1);
  });

  it("is not activated where that is not wanted", async () => {
    expect((await sync({ emitActivateVersion: false })).activated).toBe(0);
  });

  it("is not activated when rows are missing, and its rows are not all", async () => {
    const { activated, ends, outcomes } = await sync({ countOf: ({ length }) => length + 1 });
    expect(activated).toBe(0);
    expect(ends).toEqual([
      { isComplete: false, isProven: false, isWhole: false, count: 25, unreadable: 0 },
    ]);
    expect(outcomes[0]?.problem).toContain("24 rows of refunds were found but the API counts 25");
  });

  it("is not whole when the rows that it hides are", async () => {
    const { activated, outcomes } = await sync({
      stream: streamNamed("customer_meters"),
      rowsAt: () => minutely(2),
      countOf: ({ length }, { path, query }) =>
        path.includes("customer-meters") && !query.has("meter_id") ? length + 1 : length,
    });
    expect(outcomes[0]?.problem).toContain("2 rows of customer_meters were found but the API");
    expect(activated).toBe(0);
  });

  it("is complete but for a row that can't be loaded, and no source of all parents", async () => {
    const keyless = rows.map(({ id, created_at }) => ({
      ...(id !== "row-020" && { id }),
      created_at,
    }));
    const { activated, ends, outcomes } = await sync({ rowsAt: () => keyless });
    expect(activated).toBe(0);
    expect(ends).toEqual([
      { isComplete: true, isProven: true, isWhole: false, count: 24, unreadable: 1 },
    ]);
    expect(outcomes[0]?.problem).toContain("1 rows of refunds can't be read");
  });
});

describe("a list whose reading was interrupted", () => {
  it("goes on there, in the same version, and is no source of all parents", async () => {
    const bookmark = await interrupted();
    const { taken, activated, ends, logged } = await sync({ bookmarks: [bookmark] });
    expect(logged).toContain("refunds: going on at page 5.");
    expect(columnOf(taken, "id")).toEqual(idsFrom(12));
    expect(activated).toBe(0);
    expect(ends).toEqual([
      { isComplete: false, isProven: true, isWhole: false, count: 24, unreadable: 0 },
    ]);
    expect(bookmarksOf(taken).at(-1)).toEqual({ version: bookmark.version, sweep: undefined });
  });

  it("is begun anew, in a new version, when it is no more what it was", async () => {
    const bookmark = await interrupted();
    const rowsAt = () => rows.filter((_, at) => at !== 10);
    const { taken, activated, ends, logged } = await sync({ bookmarks: [bookmark], rowsAt });
    expect(logged).toContain("has changed since the interrupted sync; starting over.");
    expect(columnOf(taken, "id")).toHaveLength(23);
    expect(activated).toBe(1);
    expect(ends).toMatchObject([{ isComplete: true, isWhole: true }]);
    // No position of the reading that was given up is kept on the way.
    for (const { version } of bookmarksOf(taken)) {
      expect(version).toBe((bookmark.version ?? 0) + 1);
    }
  });

  it("is begun anew when what stands inside of its rows stood elsewhere", async () => {
    const bookmark = await interrupted();
    const { position } = bookmark;
    const same = { ...bookmark, position };
    const together = await sync({ bookmarks: [bookmark, same] });
    expect(together.logged).toContain("orders: going on at page 5.");
    const apart = await sync({ bookmarks: [bookmark, none] });
    expect(apart.logged).not.toContain("going on");
    expect(columnOf(apart.taken, "id")).toHaveLength(24);
  });
});
