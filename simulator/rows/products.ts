import { type Blueprint, byChoice, byFlag, byId, type RowMaker } from "../blueprint.ts";
import { type Form, type Json, Live, type Properties } from "../json.ts";
import { pick } from "../random.ts";
import { onlyProperty } from "../ref.ts";
import type { World } from "../world.ts";
import { benefitHead } from "./benefits.ts";
import { elementsOf, idOf, metadata, modifiedAt, only, refTo, rowOf, without } from "./common.ts";
import { priceMeter } from "./meters.ts";

interface Kind {
  readonly name: string;
  /** Billing interval; null for a one-time product. */
  readonly interval: string | null;
  /** What the product costs, in cents, seats apart. */
  readonly amount: number;
  readonly seats: boolean;
  readonly prices: (world: World) => readonly Properties[];
}

const fixed = (price_amount: number): Properties => ({ amount_type: "fixed", price_amount });

const kinds: readonly Kind[] = [
  {
    name: "One-time",
    interval: null,
    amount: 4900,
    seats: false,
    prices: () => [
      fixed(4900),
      { ...fixed(4500), price_currency: "eur", tax_behavior: "inclusive" },
    ],
  },
  {
    name: "Fixed + metered",
    interval: "month",
    amount: 2900,
    seats: false,
    prices: (world) => [
      fixed(2900),
      {
        amount_type: "metered_unit",
        unit_amount: "1.500000000000",
        cap_amount: null,
        meter_id: idOf(world, "meters", 0),
        meter: refTo(world, "meters", 0).embed(priceMeter),
      },
    ],
  },
  { name: "Yearly", interval: "year", amount: 19900, seats: false, prices: () => [fixed(19900)] },
  {
    name: "Team seats",
    interval: "month",
    amount: 1000,
    seats: true,
    prices: () => [
      {
        amount_type: "seat_based",
        seat_tiers: {
          seat_tier_type: "volume",
          tiers: [
            { min_seats: 1, max_seats: 10, price_per_seat: 1000 },
            { min_seats: 11, max_seats: null, price_per_seat: 800 },
          ],
          minimum_seats: 1,
          maximum_seats: null,
        },
        price_per_seat: 1000,
      },
    ],
  },
  {
    name: "Unit based",
    interval: "month",
    amount: 250,
    seats: false,
    prices: () => [
      {
        amount_type: "unit_based",
        tax_behavior: "exclusive",
        tiers: { type: "volume", tiers: [{ bound: null, unit_amount: "250" }] },
        minimum_units: 1,
        unit_label: null,
        maximum_units: null,
      },
    ],
  },
  {
    name: "Free",
    interval: null,
    amount: 0,
    seats: false,
    prices: () => [{ amount_type: "free" }],
  },
  {
    name: "Pay what you wänt",
    interval: null,
    amount: 1500,
    seats: false,
    prices: () => [
      { amount_type: "custom", minimum_amount: 500, maximum_amount: null, preset_amount: 1500 },
    ],
  },
  {
    name: "Seats one-time",
    interval: null,
    amount: 2500,
    seats: true,
    prices: () => [
      {
        amount_type: "seat_based",
        tax_behavior: "exclusive",
        seat_tiers: {
          seat_tier_type: "volume",
          tiers: [{ min_seats: 1, max_seats: null, price_per_seat: 2500 }],
          minimum_seats: 1,
          maximum_seats: null,
        },
        price_per_seat: 2500,
      },
    ],
  },
  {
    name: "Tiny units",
    interval: "month",
    amount: 100,
    seats: false,
    prices: (world) => [
      {
        amount_type: "metered_unit",
        unit_amount: "1E-12",
        cap_amount: 100000,
        meter_id: idOf(world, "meters", 2),
        meter: refTo(world, "meters", 2).embed(priceMeter),
      },
    ],
  },
  {
    name: "Old plan 🗄️",
    interval: "month",
    amount: 1900,
    seats: false,
    prices: () => [fixed(1900)],
  },
];

const archived = kinds.length - 1;

/** What product `index` is, as far as its buyers need to know. */
export const productKind = (index: number): Kind => pick(kinds, index);

/** The first product like `index` that is billed by interval, or not. */
export function productLike(index: number, recurring: boolean): number {
  const fitting = kinds.flatMap((kind, at) => ((kind.interval !== null) === recurring ? [at] : []));
  return pick(fitting, index);
}

const nameOf = (row: RowMaker): string =>
  row.index < kinds.length
    ? productKind(row.index).name
    : `${productKind(row.index).name} ${row.index}`;

function pricesOf(row: RowMaker): readonly Properties[] {
  const { interval, prices } = productKind(row.index);
  return prices(row.world).map((price, position) => ({
    created_at: row.at(),
    modified_at: null,
    id: row.innerId(position),
    source: "catalog",
    amount_type: null,
    price_currency: "usd",
    tax_behavior: null,
    is_archived: false,
    product_id: row.id,
    type: interval === null ? "one_time" : "recurring",
    recurring_interval: interval,
    ...price,
  }));
}

const benefitIndexes = (row: RowMaker): readonly number[] =>
  row.index % 3 === 2 ? [] : [row.index % 7, 7 + (row.random(61) % 7)];

/** What every form of a product begins with, apart from its metadata. */
const head = (row: RowMaker): Properties => {
  const { interval } = productKind(row.index);
  return {
    id: row.id,
    created_at: row.at(),
    modified_at: modifiedAt(row),
    trial_interval: interval === "year" ? "day" : null,
    trial_interval_count: interval === "year" ? 14 : null,
    name: nameOf(row),
    description: row.oneIn(5, 62) ? null : "Dëscription **md**\n\nline",
    visibility: row.oneIn(6, 63) ? "private" : "public",
    recurring_interval: interval,
    recurring_interval_count: interval === null ? null : 1,
    meter_interval: null,
    meter_interval_count: null,
    is_recurring: interval !== null,
    is_archived: row.index % kinds.length === archived,
    organization_id: row.world.organizationId,
  };
};

const mediasOf = (row: RowMaker): readonly Json[] =>
  row.index % 4 === 0 ? [1, 5, 9].map((file) => rowOf(row.world, "files", file)) : [];

const headNames = [
  "id",
  "created_at",
  "modified_at",
  "trial_interval",
  "trial_interval_count",
  "name",
  "description",
  "visibility",
  "recurring_interval",
  "recurring_interval_count",
  "meter_interval",
  "meter_interval_count",
  "is_recurring",
  "is_archived",
  "organization_id",
] as const;
const headOf = only(...headNames);

/** A product as it stands inside an order. */
export const orderedProduct = only("metadata", ...headNames);

const offerOf = ({ prices = null, benefits, medias = null }: Properties): Properties => ({
  prices,
  benefits: elementsOf(benefits).map((benefit) =>
    benefit instanceof Live ? benefit.as(benefitHead) : benefit,
  ),
  medias,
});

/** A product as it stands inside a checkout. */
export const offeredProduct: Form = (properties) => ({
  ...Object(headOf(properties)),
  ...offerOf(properties),
});

/** A product as it stands inside a checkout link. */
export const linkedProduct: Form = (properties) => ({
  ...Object(orderedProduct(properties)),
  ...offerOf(properties),
});

/** A product as it stands inside a subscription. */
export const subscribedProduct = without("is_deletable");

/** All prices of a product, or its first one. */
export const productPrices = onlyProperty("prices");
export const firstPrice: Form = ({ prices }) => elementsOf(prices)[0] ?? null;
export const firstPriceId: Form = ({ prices }) => Object(elementsOf(prices)[0]).id ?? null;

/** Custom fields as a product or checkout attaches them. */
export const attachedFields = (world: World): Json =>
  [0, 1, 2].map((field) => ({
    custom_field_id: idOf(world, "custom_fields", field),
    custom_field: rowOf(world, "custom_fields", field),
    order: field,
    required: field === 0,
  }));

export const products: Blueprint = {
  name: "products",
  path: "/v1/products/",
  scopes: ["products:read", "products:write"],
  sorting: ["created_at", "name", "price_amount_type", "price_amount"],
  order: ["-created_at"],
  filters: [
    byId("id"),
    byFlag("is_archived"),
    byFlag("is_recurring"),
    byId("benefit_id"),
    byChoice("visibility", ["draft", "private", "public"]),
  ],
  size: kinds.length + 2,
  single: true,
  since: { is_deletable: "later" },
  variant: (index) => String(index % kinds.length),
  build: (row) => {
    const own = head(row);
    const benefitRows = benefitIndexes(row);
    return {
      properties: {
        ...own,
        metadata: metadata(row, 64),
        prices: pricesOf(row),
        benefits: benefitRows.map((benefit) => rowOf(row.world, "benefits", benefit)),
        medias: mediasOf(row),
        attached_custom_fields: row.index % 4 === 0 ? attachedFields(row.world) : [],
        is_deletable: false,
      },
      keys: {
        benefit_id:
          benefitRows[0] === undefined ? null : idOf(row.world, "benefits", benefitRows[0]),
        price_amount_type: productKind(row.index).name,
        price_amount: productKind(row.index).amount,
      },
    };
  },
};
