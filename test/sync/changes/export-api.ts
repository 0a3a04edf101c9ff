/** A list of orders with its CSV export, of which each row has a status that may change. */

import type { KeptRows } from "../../../src/sync/changes/kept-rows.ts";
import type { Member } from "../../../src/sync/changes/member.ts";
import type { ExportSource } from "../../../src/sync/changes/read-export.ts";
import type { LaneContext } from "../../../src/sync/contract/context.ts";
import { stringOf } from "../../../src/sync/records/row-values.ts";
import {
  type FakeAnswer,
  type FakeApi,
  type FakeRequest,
  fakeApi,
} from "../../support/fake-api.ts";
import { streamNamed } from "../../support/organization.ts";
import { contextFor, laneOf } from "../syncs.ts";
import { groundAt, memberOf } from "./members.ts";

export interface ExportedOrder {
  readonly id: string;
  /** In ISO 8601, as is `modified_at`. */
  readonly created_at: string;
  readonly modified_at: string;
  readonly customer_id: string;
  readonly customer?: { readonly id: string; readonly modified_at: string };
  status: string;
}

/** When all of the orders are there, and the first look has been made. */
export const SWEPT = Date.parse("2026-08-20T12:00:00Z");

const SECOND = 1_000;
const iso = (milliseconds: number) => new Date(milliseconds).toISOString();

/** An order, so many seconds before {@link SWEPT}. */
export const orderAt = (id: string, secondsBefore: number): ExportedOrder => ({
  id,
  created_at: iso(SWEPT - secondsBefore * SECOND),
  modified_at: iso(SWEPT - secondsBefore * SECOND),
  customer_id: `of ${id}`,
  status: "paid",
});

/** So many orders, the oldest first, a minute after each other and the last an hour before the sweep. */
export const ordersOf = (count: number): ExportedOrder[] =>
  Array.from({ length: count }, (_, at) => orderAt(`order-${at}`, 3_600 + (count - at) * 60));

/** Serves these orders, whatever is done to them meanwhile. */
export function exportApi(
  orders: readonly ExportedOrder[],
  {
    titles = ["Created At", "Status"],
    isHidden = () => false,
  }: {
    readonly titles?: readonly string[];
    /** Orders that the list counts, and does not show. */
    readonly isHidden?: (order: ExportedOrder) => boolean;
  } = {},
): Promise<FakeApi> {
  const answer = ({ path, query }: FakeRequest): FakeAnswer => {
    const after = query.get("created_after") ?? "";
    const before = query.get("created_before") ?? "~";
    const rows = orders.filter(({ created_at: at }) => at > after && at < before);
    if (path.endsWith("/export")) {
      const lines = rows.map(({ created_at: at, status }) => `${at},${status}`);
      const headers = { "content-type": "text/csv" };
      return { headers, body: [titles.join(","), ...lines, ""].join("\r\n") };
    }
    const [page, limit] = [Number(query.get("page")), Number(query.get("limit"))];
    const sorted = query.get("sorting")?.startsWith("-") ? rows.toReversed() : rows;
    const items = sorted.slice((page - 1) * limit, page * limit).filter((row) => !isHidden(row));
    const pagination = { total_count: rows.length, max_page: Math.ceil(rows.length / limit) };
    return { body: JSON.stringify({ items, pagination }) };
  };
  return fakeApi(answer);
}

const { source } = streamNamed("orders");
if (source.kind !== "list" || !source.changes) throw new Error("orders are caught up");
const { changes, ...list } = source;
const short = { path: "/v1/orders/export", columns: ["created_at", "status"] };

/** The export of orders with two of its columns. */
export const exportSource: ExportSource = {
  ...short,
  createdBy: "created_at",
  range: list.range,
};

export function laneFor(api: { readonly url: string }, overrides = {}) {
  return laneOf(contextFor(api, { maxRetries: 0 }, overrides));
}

/** Orders, or a list of another name that is just like them, with that export. */
export function orderMember(lane: LaneContext, overrides: Partial<Member> = {}): Member {
  const member = memberOf("orders", groundAt(SWEPT), lane);
  const ofShort = { ...changes, export: short };
  return {
    ...member,
    changes: ofShort,
    task: { ...member.task, source: { ...list, changes: ofShort } },
    ...overrides,
  };
}

/** The ids of kept rows. Each row is there only until the next one. */
export function idsOf(kept: KeptRows): unknown[] {
  const ids: unknown[] = [];
  for (const { rows, row } of kept.rows()) ids.push(stringOf(rows, row, "id"));
  return ids;
}
