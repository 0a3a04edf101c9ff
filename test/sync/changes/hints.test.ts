import { expect, test } from "vitest";
import { Hints } from "../../../src/sync/changes/hints.ts";

test("hints of several sources add up, each once", () => {
  const hints = new Hints();
  hints.customers.add("c1");
  hints.addRow("orders", "o1");
  const other = new Hints();
  for (const customer of ["c1", "c2"]) other.customers.add(customer);
  for (const id of ["o1", "o2"]) other.addRow("orders", id);
  other.addRow("checkouts", "h1");

  hints.addAll(other);

  expect([...hints.customers]).toEqual(["c1", "c2"]);
  expect(hints.rows).toEqual(
    new Map([
      ["orders", new Set(["o1", "o2"])],
      ["checkouts", new Set(["h1"])],
    ]),
  );
});
