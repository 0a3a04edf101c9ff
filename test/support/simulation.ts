/** Simulators that end with the test that started them, and what they hold. */
import { type Simulator, type SimulatorOptions, startSimulator } from "../../simulator/index.ts";
import { objectOf, propertiesOf } from "../../simulator/json.ts";
import { endWithTest } from "./endings.ts";

/** The streams that are on by default, in their order. */
export const defaultStreams = [
  "customers",
  "products",
  "orders",
  "subscriptions",
  "refunds",
  "checkouts",
  "benefits",
  "organizations",
] as const;

/** Short lists, for tests about something else. */
export const shortLists = {
  customers: 25,
  products: 6,
  orders: 30,
  subscriptions: 12,
  refunds: 8,
  checkouts: 20,
  benefits: 5,
};

/**
 * Starts a simulator of short lists, with a token that stands nowhere else. It tells no time: tests
 * whose tap has a frozen clock want that time to count.
 */
export async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({
    accessToken: "polar_oat_Zx81TestOnly",
    date: "none",
    ...options,
    sizes: { ...shortLists, ...options.sizes },
  });
  endWithTest(() => simulator.close());
  return simulator;
}

/** A config for this simulator, without a budget that could slow a test down. */
export function configFor(simulator: Simulator, settings: object = {}): object {
  const { url, accessToken } = simulator;
  return { api_url: url, access_token: accessToken, requests_per_minute: 1_000_000, ...settings };
}

/** The ids that the list shows now, sorted. */
export function listedIds(simulator: Simulator, stream: string): string[] {
  const rows = simulator.rows(stream).filter(({ hidden }) => !hidden);
  return rows.map(({ id }) => id).sort();
}

/** The text of a record made of these columns, for each row that the list shows now, by id. */
export function expectedRecords(
  simulator: Simulator,
  stream: string,
  columns: ReadonlySet<string>,
): Map<string, string> {
  const rows = simulator.rows(stream).filter(({ hidden }) => !hidden);
  return new Map(
    rows.map(({ id, json }) => {
      const selected = [...propertiesOf(json)].filter(([name]) => columns.has(name));
      return [id, objectOf(new Map(selected))];
    }),
  );
}

/** How many requests have come for a path; all of them without one. */
export function requestCount({ requests }: Simulator, path?: string): number {
  return requests.filter((request) => path === undefined || request.path === path).length;
}
