import {
  type Blueprint,
  byChoice,
  byId,
  byText,
  byTime,
  earlier,
  later,
  type RowMaker,
} from "../blueprint.ts";
import { type Json, type Properties, Raw, Slot } from "../json.ts";
import { pick } from "../random.ts";
import { embedOrNull, idOrNull } from "../ref.ts";
import { timeText, writeTime } from "../time.ts";
import type { Rows } from "../world.ts";
import { idOf } from "./common.ts";

interface Kind {
  readonly name: string;
  readonly label: string;
  readonly source: "user" | "system";
  readonly metadata: (row: RowMaker) => Json;
}

const kinds: readonly Kind[] = [
  {
    name: "llm.completion",
    label: "Completion 🤖",
    source: "user",
    metadata: (row) => ({
      _cost: { amount: row.oneIn(2, 260) ? "0.000123456789" : "1E-12", currency: "usd" },
      _llm: {
        vendor: "openai",
        model: "gpt-5",
        prompt: null,
        response: null,
        input_tokens: 10,
        output_tokens: 20,
        total_tokens: 30,
      },
      tokens: row.random(261) % 4000,
    }),
  },
  {
    name: "login",
    label: "Login",
    source: "user",
    metadata: () =>
      new Raw('{"f":1000000000000000000000,"big":9007199254740993,"empty":"","user_id":"u24"}'),
  },
  { name: "api.call", label: "API call", source: "user", metadata: () => ({ latency: 12 }) },
  {
    name: "order.paid",
    label: "Order Paid",
    source: "system",
    metadata: (row) => ({
      order_id: idOf(row.world, "orders", row.some("orders", 262)),
      amount: 4900,
      currency: "usd",
      net_amount: 4900,
      tax_amount: 0,
    }),
  },
  {
    name: "customer.created",
    label: "Customer Created",
    source: "system",
    metadata: (row) => ({
      customer_id: idOf(row.world, "customers", row.some("customers", 263)),
    }),
  },
];

const userKinds = kinds.filter(({ source }) => source === "user");

/** In the second half of each run of equal times the events are a microsecond apart. */
const microsecondsAfter = (index: number, table: Rows): number => {
  const run = table.placeInRun(index);
  return run === null || run.position * 2 < run.length ? 0 : run.position;
};

/**
 * The time of an event. Lists sort and compare it in whole milliseconds, though it is sent with
 * microseconds.
 */
function timestampOf(row: RowMaker): Slot {
  const table = row.world.table("events");
  const moment = (index: number): number => table.created(index) + microsecondsAfter(index, table);
  const isWhole = row.whole && microsecondsAfter(row.index, table) === 0;
  return Slot.quoted(
    isWhole ? 20 : 27,
    (index, bytes, offset) => writeTime(moment(index), bytes, offset),
    (index) => Math.floor(moment(index) / 1000) * 1000,
  );
}

const milliseconds = (microseconds: number): number => Math.floor(microseconds / 1000);
const laterMillisecond = (key: number, bound: number): boolean =>
  later(milliseconds(key), milliseconds(bound));
const earlierMillisecond = (key: number, bound: number): boolean =>
  earlier(milliseconds(key), milliseconds(bound));

/** What the row was inserted as; otherwise one of the kinds. */
function kindOf(row: RowMaker): Kind {
  const { source } = row.given;
  const kind = pick(kinds, row.random(264));
  if (source === undefined || source === kind.source) return kind;
  return source === "system" ? { ...kind, source } : pick(userKinds, row.random(264));
}

export const events: Blueprint = {
  name: "events",
  path: "/v1/events/",
  scopes: ["events:read", "events:write"],
  sorting: ["timestamp"],
  order: ["-timestamp"],
  filters: [
    byTime("start_timestamp", "timestamp", laterMillisecond, true),
    byTime("end_timestamp", "timestamp", earlierMillisecond, true),
    byId("customer_id"),
    byText("external_customer_id"),
    byText("name"),
    byChoice("source", ["system", "user"]),
    byId("parent_id"),
  ],
  size: 1200,
  single: true,
  forgetful: true,
  variant: (index, table) => String(microsecondsAfter(index, table) > 0),
  build: (row) => {
    const { world } = row;
    const { name, label, source, metadata } = kindOf(row);
    const customer = row.linkIfAny("customer", () =>
      row.oneIn(5, 265) ? null : row.one("customers", 266),
    );
    return {
      properties: {
        id: row.id,
        timestamp: timestampOf(row),
        organization_id: world.organizationId,
        customer_id: idOrNull(customer),
        customer: embedOrNull(customer),
        external_customer_id: customer === null ? "ghost-user" : customer.property("external_id"),
        member_id: null,
        external_member_id: null,
        child_count: 0,
        parent_id: null,
        label: name === "llm.completion" ? "gpt-5" : label,
        ...(source === "user" ? { name, source } : { source, name }),
        metadata: metadata(row),
      },
    };
  },
};

/** Names of events with what is known of all that have it. */
const statistics = (row: RowMaker): Properties => {
  const { name, label, source } = pick(kinds, row.index);
  const events = row.world.table("events");
  // Events are stored in whole milliseconds.
  const stored = (index: number): string =>
    timeText(Math.floor(events.created(index) / 1000) * 1000);
  return {
    name: row.index < kinds.length ? name : `${name}.${row.index}`,
    label,
    source,
    occurrences: Math.floor(events.listed / kinds.length),
    first_seen: stored(row.index),
    last_seen: stored(Math.max(0, events.listed - 1 - row.index)),
  };
};

const statisticsKeys = ["name", "label", "occurrences", "first_seen", "last_seen"];

export const eventTypes: Blueprint = {
  name: "event_types",
  path: "/v1/event-types/",
  scopes: ["events:read", "events:write"],
  sorting: statisticsKeys,
  order: ["-last_seen"],
  filters: [byChoice("source", ["system", "user"])],
  size: kinds.length,
  single: false,
  variant: (index) => String(index),
  build: (row) => {
    const { name, label, ...rest } = statistics(row);
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: null,
        name: name ?? null,
        label: label ?? null,
        label_property_selector: name === "llm.completion" ? "_llm.model" : null,
        organization_id: row.world.organizationId,
        ...rest,
      },
    };
  },
};

/** Names of events, as a list of its own without ids. */
export const eventNames: Blueprint = {
  name: "event_names",
  path: "/v1/events/names",
  scopes: ["events:read", "events:write"],
  sorting: statisticsKeys.filter((key) => key !== "label"),
  order: ["-last_seen"],
  filters: [byChoice("source", ["system", "user"])],
  size: kinds.length,
  single: false,
  variant: (index) => String(index),
  build: (row) => ({ properties: statistics(row) }),
};
