import { expect, it } from "vitest";
import { didYouMean, nearestName } from "../../src/shared/nearest-name.ts";

const names = ["orders", "order_items", "customers", "page_size", "email"];

it.each([
  ["order", "orders"],
  ["oders", "orders"],
  ["emial", "email"],
  ["Customers", "customers"],
  ["page-size", "page_size"],
  ["orderitems", "order_items"],
  ["benefits", undefined],
  ["x", undefined],
])("%s probably means %s", (name, nearest) => {
  expect(nearestName(name, names)).toBe(nearest);
});

it("says so in the words of a message, or nothing", () => {
  expect(didYouMean("order", names)).toBe('; did you mean "orders"?');
  expect(didYouMean("benefits", names)).toBe("");
});
