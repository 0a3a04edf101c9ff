/** Endpoints that are no plain list: what they answer, and to which rows it belongs. */
import { type Answer, badRequest, invalid, notFound, ok } from "./answers.ts";
import type { Data } from "./data.ts";
import { objectOf, propertiesOf } from "./json.ts";
import { listAnswer, type PageOptions, textWithout, unsentProperties } from "./pages.ts";
import { readListQuery } from "./query.ts";
import { activationsOf } from "./rows/licenses.ts";
import type { Table } from "./table.ts";

/** Whether the API still knows a row. */
export function isKnown(table: Table, id: string): boolean {
  const row = table.find(id);
  return row >= 0 && !table.isHidden(row);
}

/** GET /v1/license-keys/{id}: the key with its activations. */
export function licenseKeyAnswer(
  data: Data,
  id: string,
  version: string,
  options: PageOptions,
): Answer {
  const table = data.table("license_keys");
  const row = table.find(id);
  if (row < 0) return notFound;
  const text = textWithout(table, row, unsentProperties(table, version, options));
  const properties = propertiesOf(text);
  properties.set("activations", activationsOf(table, row));
  return ok(objectOf(properties), [id]);
}

/** GET /v1/benefits/{id}/grants: the grants of one benefit. */
export function grantsAnswer(
  data: Data,
  id: string,
  query: URLSearchParams,
  version: string,
  options: PageOptions,
): Answer {
  if (!isKnown(data.table("benefits"), id)) return notFound;
  return listAnswer(data, "benefit_grants", query, version, options, { benefit_id: id });
}

/** Every benefit for downloads offers these files, by position in their list. */
const offered = [0, 2, 4, 6];

/** GET /v1/benefits/{id}/files: only benefits for downloads have files, others answer 404. */
export function benefitFilesAnswer(
  data: Data,
  id: string,
  query: URLSearchParams,
  { maximumPageSize }: PageOptions,
): Answer {
  const benefits = data.table("benefits");
  const row = benefits.find(id);
  if (row < 0 || benefits.key(row, "type") !== "downloadables") return notFound;
  const files = data.table("files");
  const asked = readListQuery(files, query, maximumPageSize);
  if (Array.isArray(asked)) return invalid(asked);
  const existing = offered.filter((file) => files.has(file));
  const start = (asked.page - 1) * asked.limit;
  const items = existing.slice(start, start + asked.limit).map((file) => {
    const properties = propertiesOf(files.text(file));
    const readable = properties.get("size_readable");
    properties.delete("size_readable");
    const downloads = file % 3;
    return objectOf(
      new Map([
        ...properties,
        ...Object.entries({ downloaders: downloads, downloads, size_readable: readable ?? null }),
      ]),
    );
  });
  const pages = Math.ceil(existing.length / asked.limit);
  const pagination = JSON.stringify({ total_count: existing.length, max_page: pages });
  return ok(`{"items":[${items.join(",")}],"pagination":${pagination}}`);
}

/** GET /v1/customer-seats: all seats of a subscription or order, the revoked ones too. */
export function seatsAnswer(data: Data, query: URLSearchParams): Answer {
  const isSubscription = query.has("subscription_id");
  const id = query.get(isSubscription ? "subscription_id" : "order_id");
  if (id === null) {
    return badRequest("Either subscription_id or order_id must be provided");
  }
  const table = data.table("customer_seats");
  const asked = readListQuery(table, query, 1);
  if (Array.isArray(asked)) return invalid(asked);
  const parents = data.table(isSubscription ? "subscriptions" : "orders");
  if (!isKnown(parents, id)) return notFound;
  const listing = data.listing("customer_seats");
  const rows = listing.page(asked.selection, 0, listing.count(asked.selection));
  const taken = rows.filter((row) => table.key(row, "status") !== "revoked").length;
  const total = Number(parents.key(parents.find(id), "seats"));
  const seats = rows.map((row) => table.text(row)).join(",");
  const available = Math.max(0, total - taken);
  return ok(
    `{"seats":[${seats}],"available_seats":${available},"total_seats":${total}}`,
    rows.map((row) => table.id(row)),
  );
}

/** GET /v1/metrics/dashboards: an array, without an envelope. */
export function dashboardsAnswer(data: Data): Answer {
  const table = data.table("metric_dashboards");
  const rows = table.indexes();
  return ok(
    `[${rows.map((row) => table.text(row)).join(",")}]`,
    rows.map((row) => table.id(row)),
  );
}
