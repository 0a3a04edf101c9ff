/** Lists as a sweep reads them, made of pages that a test hands over. */
import { onTestFinished } from "vitest";
import type { ListPage, PageFacts } from "../../../src/polar/list.ts";
import type { ListSource } from "../../../src/streams/define.ts";
import { SweptList, type SweptListOptions } from "../../../src/sync/sweep/swept-list.ts";
import { PageMaker } from "../pages.ts";
import { propertyOf } from "../rows.ts";

const maker = new PageMaker();

/** A row: its id, the minute that it was created in, and an amount. */
export type Row = readonly [id: string, minute: number, amount?: number];

const timeOf = (minute: number) => `2026-08-01T12:${String(minute).padStart(2, "0")}:00Z`;

/** A page of these rows. Who takes it releases it. */
export function pageOf(rows: readonly Row[], facts: Partial<PageFacts> = {}): ListPage {
  return maker.page(
    rows.map(([id, minute, amount = 0]) => ({ id, created_at: timeOf(minute), amount })),
    { totalCount: undefined, lastPage: 1, receivedAt: 0, ...facts },
  );
}

export const ordered: ListSource = { kind: "list", path: "/v1/x/", order: ["created_at"] };

/** A list of three rows a page, and the ids that it has handed on. No page may be left at the end. */
export function sweptList(overrides: Partial<SweptListOptions> = {}) {
  const written: unknown[] = [];
  const held = maker.held;
  onTestFinished(() => {
    if (maker.held !== held) throw new Error(`${maker.held - held} pages were not released`);
  });
  const list = new SweptList({
    source: ordered,
    primaryKey: ["id"],
    pageSize: 3,
    readAhead: 1,
    read: () => Promise.reject(new Error("nobody reads")),
    onRow: (rows, row) => written.push(propertyOf(rows, row, "id")),
    onAllRequested: () => undefined,
    ...overrides,
  });
  return { list, written };
}

/** The list is begun: so many rows there are, and this is the minute of the newest. */
export function begin({ counts }: SweptList, totalCount: number | undefined, newest: number): void {
  const page = pageOf([["newest", newest]], { totalCount });
  counts.noteNewest(page);
  page.release();
  counts.beginPass();
}
