/**
 * Whole runs, line by line. A difference is a change that every target sees. To renew the files
 * after a change that is meant: `npx vitest run test/tap/golden.test.ts -u`, and read the difference.
 */
import { expect, test } from "vitest";
import type { SimulatorOptions } from "../../simulator/index.ts";
import { catalogOf, catalogWith } from "../support/organization.ts";
import { runTap, type TapInput } from "../support/run-tap.ts";
import { configFor, simulate } from "../support/simulation.ts";

const frozenAt = "2026-11-01T12:00:00.000Z";

const sizes = {
  customers: 5,
  products: 3,
  orders: 5,
  subscriptions: 3,
  refunds: 3,
  checkouts: 2,
  benefits: 3,
};

async function golden(
  name: string,
  options: SimulatorOptions,
  settings: object,
  input: TapInput = {},
): Promise<void> {
  const simulator = await simulate({ seed: 7, sizes, ...options });
  const config = configFor(simulator, settings);
  const { lines } = await runTap({ config, frozenAt, ...input });
  const text = lines.map((line) => `${line}\n`).join("");
  expect(text).not.toContain(simulator.url);
  await expect(text).toMatchFileSnapshot(`../fixtures/golden/${name}.jsonl`);
}

test("the default streams with versions", () =>
  golden("default-streams", {}, { emit_activate_version_messages: true }));

test("a few columns, small pages, and a state from before", () =>
  golden(
    "selected-columns",
    { sizes: { ...sizes, customers: 14 } },
    { page_size: 2 },
    {
      catalog: catalogWith({ customers: ["created_at"], refunds: ["amount", "status"] }),
      state: { bookmarks: { customers: { version: 1793534400, format: 1 }, later: {} } },
    },
  ));

test("rows that the server can't send, and streams that are refused", () =>
  golden(
    "incomplete-streams",
    {
      scopes: ["products:read", "benefits:read"],
      faults: [{ kind: "poison", path: "/v1/benefits/", rows: [1] }],
    },
    { page_size: 2, max_retries: 1, emit_activate_version_messages: true },
    { catalog: catalogOf("products", "refunds", "benefits") },
  ));
