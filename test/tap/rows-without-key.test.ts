/** A row without its key can't be loaded into any table. However it comes, it is left out and told. */
import { expect, test } from "vitest";
import { type FakeAnswer, fakeApi, listAnswer } from "../support/fake-api.ts";
import { catalogOf, recordsByStream } from "../support/organization.ts";
import { messagesOf, runTap } from "../support/run-tap.ts";

const time = "2026-07-01T00:00:00Z";
const parent = { id: "p1", created_at: time, timestamp: time };

/** What the API answers for each stream when these are its rows. */
const answers: Record<string, (path: string, rows: readonly unknown[]) => FakeAnswer> = {
  customers: (_, items) => list(items),
  payment_methods: (path, items) =>
    path.endsWith("/payment-methods") ? list(items) : listAnswer([parent]),
  customer_seats: (path, seats) =>
    path.endsWith("-seats") ? json({ seats }) : listAnswer([{ ...parent, seats: 3 }]),
  metric_dashboards: (_, rows) => json(rows),
  events: (_, items) => list(items),
  meter_quantities: (path, quantities) =>
    path.endsWith("/quantities") ? json({ quantities }) : listAnswer([parent]),
};

const json = (body: unknown): FakeAnswer => ({ body: JSON.stringify(body) });
const list = (items: readonly unknown[]) =>
  json({ items, pagination: { total_count: items.length, max_page: 1 } });

const broken = [{}, { id: null, timestamp: null }, { id: 5, timestamp: 5 }, "text", null];

test.each(Object.keys(answers).flatMap((stream) => broken.map((row) => ({ stream, row }))))(
  "$stream: $row is left out and told",
  async ({ stream, row }) => {
    const good = { id: "a", timestamp: time, created_at: time };
    const server = await fakeApi(({ path }) => answers[stream]?.(path, [good, row]) ?? {});
    const config = {
      access_token: "polar_oat_test",
      api_url: server.url,
      start_date: "2026-06-30",
      emit_activate_version_messages: true,
    };
    const frozenAt = "2026-07-02T12:00:00Z";

    const { lines, exitCode, stderr } = await runTap({
      config,
      frozenAt,
      catalog: catalogOf(stream),
    });

    expect(exitCode).toBe(1);
    // Seats are asked for by subscription and by order.
    expect(recordsByStream(lines).get(stream)).toHaveLength(stream === "customer_seats" ? 2 : 1);
    expect(stderr).toMatch(
      new RegExp(`${stream} is incomplete: .*(no usable key|without a key).*(position|period 1)`),
    );
    expect(messagesOf(lines).map(({ type }) => type)).not.toContain("ACTIVATE_VERSION");
  },
);
