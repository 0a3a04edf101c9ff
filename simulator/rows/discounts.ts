import { type Blueprint, byId, type RowMaker } from "../blueprint.ts";
import type { Properties } from "../json.ts";
import { DAY, timeText } from "../time.ts";
import { metadata, modifiedAt, momentText, refTo, without } from "./common.ts";
import { orderedProduct } from "./products.ts";

const code = (row: RowMaker): string | null => (row.oneIn(3, 80) ? null : `CODE${row.index}X`);
const endsAt = (row: RowMaker): number | null =>
  row.oneIn(3, 81) ? row.world.now + (row.index + 1) * DAY : null;

const head = (row: RowMaker): Properties => {
  const duration = (["once", "forever", "repeating"] as const)[row.index % 3] ?? "once";
  const ends = endsAt(row);
  return {
    duration,
    ...(duration === "repeating" ? { duration_in_months: 3 } : {}),
    ...(row.index % 2 === 0
      ? { type: "fixed", amount: 300, currency: "usd", amounts: { eur: 270, usd: 300 } }
      : { type: "percentage", basis_points: row.oneIn(2, 82) ? 333 : 5000 }),
    created_at: row.at(),
    modified_at: modifiedAt(row),
    id: row.id,
    metadata: metadata(row, 83),
    name: `Dïscount ${row.index}`,
    code: code(row),
    starts_at: row.oneIn(3, 84) ? momentText(row, 85) : null,
    ends_at: ends === null ? null : timeText(ends),
    max_redemptions: row.oneIn(3, 86) ? 10 : null,
    max_redemptions_per_customer: null,
    redemptions_count: row.index,
    organization_id: row.world.organizationId,
  };
};

/** A discount as it stands inside an order, a subscription or a checkout. */
export const appliedDiscount = without("products");

export const discounts: Blueprint = {
  name: "discounts",
  path: "/v1/discounts/",
  scopes: ["discounts:read", "discounts:write"],
  sorting: ["created_at", "name", "code", "redemptions_count", "ends_at"],
  order: ["-created_at"],
  filters: [byId("id")],
  size: 8,
  single: true,
  variant: (index) => String(index % 6),
  build: (row) => ({
    properties: {
      ...head(row),
      products:
        row.index % 3 === 0
          ? [0, 2].map((product) => refTo(row.world, "products", product).embed(orderedProduct))
          : [],
    },
  }),
};
