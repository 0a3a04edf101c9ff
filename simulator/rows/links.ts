import { type Blueprint, byId } from "../blueprint.ts";
import { hexDigits, idOf, metadata, modifiedAt } from "./common.ts";
import { appliedDiscount } from "./discounts.ts";
import { offeredProduct, productPrice, productPriceId } from "./products.ts";

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
    const product = row.some("products", 230);
    const discount = row.oneIn(3, 231) ? row.some("discounts", 232) : null;
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
        discount_id: discount === null ? null : idOf(world, "discounts", discount),
        seats: null,
        units: null,
        organization_id: world.organizationId,
        products: [offeredProduct(world, product, true)],
        discount: discount === null ? null : appliedDiscount(world, discount),
        product_id: idOf(world, "products", product),
        product_price_id: productPriceId(world, product),
        product: offeredProduct(world, product, true),
        product_price: productPrice(world, product),
        url: `https://sandbox-api.polar.sh/v1/checkout-links/${secret}/redirect`,
      },
    };
  },
};
