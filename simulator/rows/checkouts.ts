import { type Blueprint, byChoice, byId, byText } from "../blueprint.ts";
import type { Json } from "../json.ts";
import { pick } from "../random.ts";
import { embedOrNull, idOrNull } from "../ref.ts";
import { address, hexDigits, idOf, metadata, modifiedAt, refTo } from "./common.ts";
import { appliedDiscount } from "./discounts.ts";
import {
  attachedFields,
  firstPrice,
  firstPriceId,
  offeredProduct,
  productKind,
  productPrices,
} from "./products.ts";

const statuses = ["open", "expired", "succeeded", "succeeded", "confirmed", "failed"] as const;
const addressFields = ["country", "state", "city", "postal_code", "line1", "line2"] as const;

function fieldsOf(isAddressed: boolean, asked: Json, notAsked: Json, optional: Json): Json {
  const value = (field: string): Json =>
    field === "country" ? asked : !isAddressed ? notAsked : field === "line2" ? optional : asked;
  return Object.fromEntries(addressFields.map((field) => [field, value(field)]));
}

export const checkouts: Blueprint = {
  name: "checkouts",
  path: "/v1/checkouts/",
  scopes: ["checkouts:read", "checkouts:write"],
  sorting: ["created_at", "expires_at", "status"],
  order: ["-created_at"],
  filters: [
    byId("product_id"),
    byId("customer_id"),
    byText("external_customer_id"),
    byChoice("status", ["open", "expired", "confirmed", "succeeded", "failed"]),
  ],
  size: 210,
  single: true,
  build: (row) => {
    const { world } = row;
    const product = row.link("product", () => refTo(world, "products", row.some("products", 110)));
    const customer = row.linkIfAny("customer", () =>
      row.oneIn(3, 111) ? null : row.one("customers", 112),
    );
    const discount = row.linkIfAny("discount", () =>
      row.oneIn(9, 113) ? refTo(world, "discounts", row.some("discounts", 114)) : null,
    );
    const { amount, interval, seats } = productKind(product.like);
    const status = pick(statuses, row.random(115));
    const isAddressed = row.oneIn(2, 116);
    const secret = `polar_c_${hexDigits(row, 117, 32)}`;
    const off = discount === null ? 0 : Math.min(300, amount);
    const taxed = status === "open" ? null : 0;
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: modifiedAt(row),
        custom_field_data: row.oneIn(4, 118)
          ? { "cf-date": "2026-02-28", "cf-text": "ñ", "cf-number": 42 }
          : {},
        payment_processor: "stripe",
        status,
        client_secret: secret,
        url: `https://sandbox.polar.sh/checkout/${secret}`,
        expires_at: status === "open" ? "2030-01-01T00:00:00Z" : row.at(86_400),
        success_url: `https://sandbox.polar.sh/checkout/${secret}/confirmation`,
        return_url: row.oneIn(5, 119) ? "" : null,
        embed_origin: null,
        amount,
        seats: seats ? 2 : null,
        min_seats: null,
        max_seats: null,
        units: null,
        min_units: null,
        max_units: null,
        discount_amount: off,
        net_amount: amount - off,
        tax_amount: taxed,
        tax_behavior: row.oneIn(4, 120) ? "exclusive" : null,
        total_amount: amount - off,
        currency: "usd",
        allow_trial: true,
        active_trial_interval: interval === "year" ? "day" : null,
        active_trial_interval_count: interval === "year" ? 14 : null,
        trial_end: interval === "year" ? row.at(14 * 86_400) : null,
        organization_id: world.organizationId,
        product_id: product.id,
        product_price_id: product.embed(firstPriceId),
        discount_id: idOrNull(discount),
        allow_discount_codes: true,
        require_billing_address: false,
        is_discount_applicable: amount > 0,
        is_free_product_price: amount === 0,
        is_payment_required: amount > 0,
        is_payment_setup_required: interval !== null,
        is_payment_form_required: amount > 0,
        customer_id: idOrNull(customer),
        is_business_customer: row.oneIn(10, 121),
        customer_name: row.oneIn(3, 122) ? "Buyer Ünknown" : null,
        customer_email: `buyer${row.index}@example.com`,
        customer_ip_address: row.oneIn(2, 123) ? "203.0.113.7" : null,
        customer_billing_name: null,
        customer_billing_address: address(row, 124),
        customer_tax_id: null,
        locale: row.oneIn(4, 125) ? "fr" : null,
        payment_method_type: null,
        payment_processor_metadata: { publishable_key: "pk_test" },
        customer_billing_address_fields: fieldsOf(isAddressed, true, false, false),
        billing_address_fields: fieldsOf(isAddressed, "required", "disabled", "optional"),
        trial_interval: null,
        trial_interval_count: null,
        metadata: metadata(row, 126),
        external_customer_id: null,
        customer_external_id: null,
        products: [product.embed(offeredProduct)],
        product: product.embed(offeredProduct),
        product_price: product.embed(firstPrice),
        prices: { [idOf(world, "products", product.like)]: product.embed(productPrices) },
        discount: embedOrNull(discount, appliedDiscount),
        subscription_id: null,
        attached_custom_fields: attachedFields(world),
        customer_metadata: metadata(row, 127),
        subtotal_amount: amount - off,
      },
    };
  },
};
