import { describe, expect, it } from "vitest";
import { planReading, type Touched } from "../../../src/sync/changes/plan-reading.ts";

/** A list of 1,000 pages, which takes a hundred customers at once. */
const orders: Touched = {
  customers: 0,
  rows: 0,
  total: 100_000,
  rowsPerCustomer: 5,
  pageSize: 100,
  customersAtOnce: 100,
  hasRowPath: true,
};

describe("the plan by cost", () => {
  it.each<[string, Partial<Touched>, ReturnType<typeof planReading>]>([
    ["nothing was touched", {}, { way: "touched", requests: 0 }],
    ["their rows are pages", { customers: 43 }, { way: "touched", requests: 3 }],
    [
      "few rows, but many customers",
      { customers: 250, rowsPerCustomer: 0.01 },
      { way: "touched", requests: 3 },
    ],
    ["rows one by one", { rows: 7 }, { way: "touched", requests: 7 }],
    ["more of them than pages", { rows: 1_002 }, { way: "whole", requests: 1_002 }],
    ["more customers than pages", { customers: 100_000 }, { way: "whole", requests: 1_002 }],
    ["rows without a path", { rows: 1, hasRowPath: false }, { way: "whole", requests: 1_002 }],
    [
      "customers one by one",
      { customers: 30, customersAtOnce: undefined },
      { way: "touched", requests: 30 },
    ],
    [
      "customers that can't be asked for",
      { customers: 1, customersAtOnce: undefined, hasRowPath: false },
      { way: "whole", requests: 1_002 },
    ],
    ["a list of one page", { customers: 1, total: 80 }, { way: "whole", requests: 1 }],
    ["nothing in a list of one page", { total: 80 }, { way: "touched", requests: 0 }],
    ["an empty list", { customers: 1, total: 0 }, { way: "whole", requests: 1 }],
  ])("%s", (_, touched, plan) => {
    expect(planReading({ ...orders, ...touched })).toEqual(plan);
  });
});
