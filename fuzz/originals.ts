/** Good configs, catalogs and states, to be spoilt. */
import { readFileSync } from "node:fs";
import { streams } from "../src/streams/index.ts";
import { discover } from "../src/sync/engine/discovery.ts";
import { select } from "../test/support/select.ts";

export const configs: readonly string[] = [
  readFileSync(new URL("../config.sample.json", import.meta.url), "utf8"),
  JSON.stringify({
    access_token: "polar_oat_FuzzedOnly1",
    environment: "sandbox",
    api_url: "http://127.0.0.1:1/",
    organization_id: "1dbfc517-0bbf-4301-9ba8-555ca42b9737",
    select: ["orders.*", "!customers.email"],
    start_date: "2026-01-31T12:00:00+02:00",
    requests_per_minute: 100,
    concurrency: 4,
    page_size: 100,
    request_timeout_seconds: 0.5,
    max_retries: 1,
    emit_activate_version_messages: true,
    json_columns: "text",
    user_agent: "fuzz/1",
    full_sweep_hours: 0,
    use_exports: false,
    metrics_interval: "day",
    metrics_timezone: "Europe/Berlin",
    metrics_lookback_days: 2,
    lookback_minutes: 5,
  }),
];

/** A few streams, one of each kind: spoiling takes time by the length. */
const some = ["customers", "orders", "order_items", "events", "metrics", "benefit_grants"];

const few = {
  streams: discover(streams).streams.filter((one) => some.includes(one.tap_stream_id)),
};

export const catalogs: readonly string[] = [
  JSON.stringify(few),
  JSON.stringify(select(few, { customers: ["id", "email"], orders: true, events: true })),
  JSON.stringify({ streams: [{ tap_stream_id: "orders", selected: true }] }),
];

const sweep = { page: 3, page_size: 100, order: ["created_at"], rows: 200, count: 321, most: 321 };

const time = "2026-10-20T07:12:32.999000Z";

/** Bookmarks of all kinds. */
const bookmarks = {
  customers: {
    version: 1793534400,
    format: 1,
    replication_key: "created_at",
    replication_key_value: time,
    swept_at: "2026-11-01T12:00:00.000Z",
    caught_up_at: "2026-11-01T12:00:00.000Z",
    count: 5,
    recent: "/TZZiA==",
    open: "G2mpXji1A1MgOE+gpR0BpZ0Qpbs=",
    rows_per_100_customers: 110,
    export_index: {
      columns: "12345678",
      until: "2026-11-01T12:00:00.000Z",
      settled: "2026-11-01T12:00:00.000Z",
      next: "2026-09-01T12:00:00.000Z",
      buckets: "gICAgIABCgECAw==",
    },
  },
  orders: {
    version: 1793534400,
    sweep: {
      ...sweep,
      newest: time,
      settled: { time, rows: 100 },
      unreadable: [7],
      digest: "100-0123456789abcdef",
    },
  },
  events: {
    replication_key: "timestamp",
    replication_key_value: time,
    progress: { next: time, latest: time },
    counted: { value: time, before: [["2026-08-20T07:12:32.000Z", 7]] },
  },
  meter_quantities: {
    interval: "day",
    timezone: "UTC",
    partitions: [{ context: { meter_id: "m" }, replication_key_value: time }],
  },
  metrics: { interval: "day", timezone: "UTC", partitions: [] },
  benefit_grants: {
    version: 1793534400,
    after: { stream: "benefits", id: "b" },
    failed: [{ stream: "benefits", id: "a" }],
    parents_at: { benefits: time },
  },
  change_sources: { sources: { events: { until: time, count: 1 } } },
};

export const states: readonly string[] = [
  JSON.stringify({ bookmarks }),
  JSON.stringify({ type: "STATE", value: { bookmarks } }),
  JSON.stringify({ singer_state: { bookmarks }, completed_state: { singer_state: {} } }),
];
