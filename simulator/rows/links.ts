import { type Blueprint, byId } from "../blueprint.ts";
import { embedOrNull, idOrNull } from "../ref.ts";
import { hexDigits, metadata, modifiedAt, refTo } from "./common.ts";
import { appliedDiscount } from "./discounts.ts";
import { firstPrice, firstPriceId, linkedProduct } from "./products.ts";

export const checkoutLinks: Blueprint = {
  name: "checkout_links",
  path: "/v1/checkout-links/",
  scopes: ["checkout_links:read", "checkout_links:write"],
  sorting: ["created_at", "label", "success_url", "allow_discount_codes"],
  order: ["created_at"],
  filters: [byId("product_id")],
  size: 10,
  single: true,
  build: (row) => {
    const { world } = row;
    const product = refTo(world, "products", row.some("products", 230));
    const discount = row.oneIn(3, 231)
      ? refTo(world, "discounts", row.some("discounts", 232))
      : null;
    const secret = `polar_cl_${hexDigits(row, 233, 32)}`;
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: modifiedAt(row),
        trial_interval: null,
        trial_interval_count: null,
        metadata: metadata(row, 234),
        payment_processor: "stripe",
        client_secret: secret,
        success_url: row.oneIn(2, 235) ? "https://example.com/thänks" : null,
        return_url: null,
        label: row.oneIn(3, 236) ? "" : row.oneIn(2, 237) ? null : `Link ${row.index}`,
        allow_discount_codes: row.oneIn(2, 238),
        require_billing_address: false,
        discount_id: idOrNull(discount),
        seats: null,
        units: null,
        organization_id: world.organizationId,
        products: [product.embed(linkedProduct)],
        discount: embedOrNull(discount, appliedDiscount),
        product_id: product.id,
        product_price_id: product.embed(firstPriceId),
        product: product.embed(linkedProduct),
        product_price: product.embed(firstPrice),
        url: `https://sandbox-api.polar.sh/v1/checkout-links/${secret}/redirect`,
      },
    };
  },
};
