import { type Blueprint, byFlag, byId, byText, type RowMaker } from "../blueprint.ts";
import { float, type Json, Raw } from "../json.ts";
import { pick } from "../random.ts";
import { timeText } from "../time.ts";
import { metadata, modifiedAt, only, refTo } from "./common.ts";

const kinds: readonly { name: string; event: string; aggregation: Json }[] = [
  { name: "API calls", event: "api.call", aggregation: { func: "count" } },
  { name: "Avg latency", event: "api.call", aggregation: { func: "avg", property: "latency" } },
  { name: "Tokens 🔢", event: "llm.completion", aggregation: { func: "sum", property: "tokens" } },
  { name: "Unique users", event: "login", aggregation: { func: "unique", property: "user_id" } },
];

/** Every fourth meter is archived: customer_meters of those are hidden. */
const isArchived = (index: number): boolean => index % 4 === 1;

const nameOf = (row: RowMaker): string => {
  const { name } = pick(kinds, row.index);
  return row.index < kinds.length ? name : `${name} ${row.index}`;
};

/** A meter as it stands inside a product's price. */
export const priceMeter = only("id", "name", "unit", "custom_label", "custom_multiplier");

export const meters: Blueprint = {
  name: "meters",
  path: "/v1/meters/",
  scopes: ["meters:read", "meters:write"],
  sorting: ["created_at", "name"],
  order: ["name"],
  filters: [byFlag("is_archived")],
  size: 4,
  single: true,
  variant: (index) => String(index % 4),
  build: (row) => {
    const { event, aggregation } = pick(kinds, row.index);
    return {
      properties: {
        metadata: metadata(row, 40),
        created_at: row.at(),
        modified_at: modifiedAt(row),
        id: row.id,
        name: nameOf(row),
        unit: "scalar",
        custom_label: null,
        custom_multiplier: null,
        filter: {
          conjunction: "and",
          clauses: [{ property: "name", operator: "eq", value: event }],
        },
        aggregation,
        organization_id: row.world.organizationId,
        archived_at: isArchived(row.index) ? timeText(row.world.now) : null,
      },
      derive: ({ archived_at }) => ({ is_archived: archived_at !== null }),
    };
  },
};

const amounts = [
  new Raw("1e+17"),
  new Raw("-9.999999999999979e+16"),
  float(12.5),
  float(0),
  float(3),
];

/** Usage of a meter by a customer. That of archived meters is hidden unless `meter_id` names them. */
export const customerMeters: Blueprint = {
  name: "customer_meters",
  path: "/v1/customer-meters/",
  scopes: ["customer_meters:read"],
  sorting: [
    "created_at",
    "modified_at",
    "customer_id",
    "customer_name",
    "meter_id",
    "meter_name",
    "consumed_units",
    "credited_units",
    "balance",
  ],
  order: ["-modified_at"],
  filters: [byId("customer_id"), byText("external_customer_id"), byId("meter_id")],
  size: 180,
  hidden: (size) => Math.ceil(size / 6),
  revealedBy: "meter_id",
  single: true,
  build: (row) => {
    const customer = row.link("customer", () => row.one("customers", 50));
    const meter = row.link("meter", () =>
      refTo(row.world, "meters", row.hidden ? 1 : pick([0, 2, 3], row.random(51))),
    );
    const consumed = pick(amounts, row.random(52));
    const credited = (row.random(53) % 5) * 50;
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: null,
        customer_id: customer.id,
        meter_id: meter.id,
        consumed_units: consumed,
        credited_units: credited,
        balance: float(credited - Number(consumed.text)),
        customer: customer.embed(),
        meter: meter.embed(),
      },
      keys: {
        external_customer_id: customer.key("external_id"),
        customer_name: customer.key("name"),
        meter_name: meter.key("name"),
      },
    };
  },
};
