import { defineStream } from "./define.ts";
import {
  cents,
  choice,
  currency,
  decimal,
  flag,
  fromParent,
  interval,
  object,
  reference,
  resource,
  sometimes,
  text,
  undocumented,
} from "./fields.ts";

export const productPrices = defineStream({
  name: "product_prices",
  description: "The prices of each product: fixed, custom, by seat, by unit or by usage.",
  scope: "products:read",
  optional: true,
  primaryKey: ["product_id", "id"],
  source: { kind: "nested", parent: "products", array: "prices" },
  properties: {
    product_id: fromParent("id", reference("products", "The product that is priced.")),
    ...resource,
    source: choice(["catalog", "ad_hoc"], "Whether it is on offer or was made for one checkout."),
    amount_type: choice(
      ["fixed", "custom", "free", "seat_based", "unit_based", "metered_unit", "metered_tiers"],
      "How the amount comes about: custom is chosen by the customer, metered follows usage.",
    ),
    price_currency: currency("Currency of the price."),
    tax_behavior: choice(
      ["location", "inclusive", "exclusive"],
      "Whether the price contains the tax; null for the organization's default.",
    ),
    is_archived: flag("Whether the price is no longer on offer."),
    type: sometimes(choice(["one_time", "recurring"], "Whether it is paid once or each period.")),
    recurring_interval: sometimes(
      interval("Unit of the billing period; null for a one-time price."),
    ),
    price_amount: sometimes(cents("Amount of a fixed price.")),
    legacy: sometimes(flag("Whether it is of an older kind, with a billing period of its own.")),
    minimum_amount: sometimes(cents("Least that the customer can choose to pay.")),
    maximum_amount: sometimes(
      cents("Most that the customer can choose to pay; null for no limit."),
    ),
    preset_amount: sometimes(cents("What a custom price proposes.")),
    seat_tiers: sometimes(object("Price of a seat by number of seats, in cents.")),
    unit_amount: sometimes(
      text("Price of a unit of usage: a decimal number of cents, as a string."),
    ),
    cap_amount: sometimes(cents("Most that usage can cost in a period; null for no limit.")),
    meter_id: sometimes(reference("meters", "The meter that counts the usage.")),
    meter: sometimes(object("The meter in short: id, name and unit.")),
    tiers: sometimes(object("Price of a unit by number of units.")),
    minimum_units: sometimes(decimal("Fewest units that can be bought.")),
    maximum_units: sometimes(decimal("Most units that can be bought; null for no limit.")),
    unit_label: sometimes(object("Name of a unit by language, in singular and plural.")),
    price_per_seat: sometimes(
      undocumented(cents("Price of a seat in the first of the seat_tiers.")),
    ),
  },
});
