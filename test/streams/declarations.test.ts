/** The contract that every stream's declaration keeps. */
import { describe, expect, it } from "vitest";
import type { JsonType, Property, Source } from "../../src/streams/define.ts";
import { streams } from "../../src/streams/index.ts";
import {
  type DocumentedProperty,
  documentedProperties,
  endpointAt,
  pathsOf,
  streamNamed,
} from "./api.ts";

const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;
const LONGEST_DESCRIPTION = 160;
/** A choice names its values as well. */
const LONGEST_CHOICE = 260;

/** Documented as an enum, but the server sends other values too: free text. */
const OPEN_VALUES = ["payments.method", "payment_methods.type", "events.name"];

/** Values of a split's filter that no row has. */
const NEVER_LISTED: Record<string, readonly string[]> = {
  "subscriptions.status": ["incomplete", "incomplete_expired"],
};

/** The query parameters that a source uses, besides those for paging and sorting. */
function parametersOf(source: Source): string[] {
  switch (source.kind) {
    case "list": {
      const hidden = source.hiddenUnless === undefined ? [] : [source.hiddenUnless.parameter];
      return [...Object.keys(source.query ?? {}), ...Object.keys(source.splits ?? {}), ...hidden];
    }
    case "windows":
      return [source.startParameter, source.endParameter];
    case "periods":
      return [source.startParameter, source.endParameter, "interval"];
    default:
      return [];
  }
}

/** The streams that a source reads its parents from, with the filters on them. */
function parentsOf(source: Source): { stream: string; query: Readonly<Record<string, string>> }[] {
  switch (source.kind) {
    case "list":
      return source.hiddenUnless === undefined
        ? []
        : [{ stream: source.hiddenUnless.parent, query: source.hiddenUnless.parentQuery }];
    case "nested":
      return [{ stream: source.parent, query: {} }];
    case "periods":
      return source.parent === undefined ? [] : [{ stream: source.parent, query: {} }];
    case "children":
      return source.parents.map(({ stream, parentQuery = {} }) => ({ stream, query: parentQuery }));
    default:
      return [];
  }
}

/** A declared type holds every value of the documented ones: integers are numbers, too. */
function holds(declared: JsonType, documented: DocumentedProperty): boolean {
  return documented.type
    .filter((type) => type !== "null")
    .every((type) => type === declared || (type === "integer" && declared === "number"));
}

function isLink(source: Source): boolean {
  return source.kind === "nested" && source.linksOnly === true;
}

it("has the eight default streams first, and every name once", () => {
  const selected = streams.filter((stream) => stream.selectedByDefault).map(({ name }) => name);
  expect(selected).toEqual([
    "customers",
    "products",
    "orders",
    "subscriptions",
    "refunds",
    "checkouts",
    "benefits",
    "organizations",
  ]);
  expect(streams.slice(0, 8).map(({ name }) => name)).toEqual(selected);
  expect(new Set(streams.map(({ name }) => name)).size).toBe(streams.length);
});

describe.each(streams.map((stream) => [stream.name, stream] as const))("%s", (_, stream) => {
  const { name, source } = stream;
  const columns: [string, Property][] = Object.entries(stream.properties);

  it("has names in snake case", () => {
    for (const word of [name, ...columns.map(([column]) => column)]) {
      expect(word).toMatch(SNAKE_CASE);
    }
  });

  it("has a key of declared columns, not hidden, that identify a row below its parent", () => {
    expect(stream.primaryKey.length).toBeGreaterThan(0);
    for (const column of stream.primaryKey) {
      expect(stream.properties[column]?.type).toBe("string");
      expect(stream.properties[column]?.hidden).toBeUndefined();
    }
    if (source.kind === "nested" || source.kind === "children") {
      const [first = ""] = stream.primaryKey;
      expect(stream.properties[first]?.origin).toEqual({ from: "parent", property: "id" });
      expect(stream.primaryKey).toHaveLength(2);
    }
  });

  it("is described in short sentences", () => {
    for (const [column, property] of columns) {
      const limit = property.values === undefined ? LONGEST_DESCRIPTION : LONGEST_CHOICE;
      expect(property.description, column).toMatch(/^\S.*\.$/);
      expect(property.description.length, column).toBeLessThanOrEqual(limit);
    }
    expect(stream.description).toMatch(/^[A-Z].*\.$/);
    expect(stream.description.length).toBeLessThanOrEqual(LONGEST_DESCRIPTION);
    expect(stream.description.includes(stream.scope)).toBe(!stream.selectedByDefault);
  });

  it("points to streams that exist", () => {
    for (const [column, { references }] of columns) {
      if (references === undefined) continue;
      expect(streamNamed(references).properties, column).toHaveProperty("id");
    }
  });

  it("names every id that it could point with", () => {
    const named = new Set(streams.map((each) => each.name));
    for (const [column, { references }] of columns) {
      const target = `${column.replace(/_id$/, "")}s`;
      if (column.endsWith("_id") && named.has(target)) expect(references, column).toBe(target);
    }
  });

  it("asks with a scope, a path and parameters that the API has", () => {
    for (const path of pathsOf(source)) {
      const { scopes, parameters } = endpointAt(path);
      expect(scopes).toContain(stream.scope);
      expect(stream.scope).toMatch(/:read$/);
      // The API ignores unknown parameters in silence: a misspelt filter would read everything.
      for (const parameter of parametersOf(source)) expect(parameters).toHaveProperty(parameter);
    }
    if (source.kind === "children") {
      for (const { path, parameter } of source.parents) {
        if (parameter === undefined) expect(path).toContain("{id}");
        else expect(endpointAt(path).parameters).toHaveProperty(parameter);
      }
    }
    for (const parent of parentsOf(source)) {
      const [path = ""] = pathsOf(streamNamed(parent.stream).source);
      for (const parameter of Object.keys(parent.query)) {
        expect(endpointAt(path).parameters).toHaveProperty(parameter);
      }
    }
  });

  it("sorts by keys that the endpoint knows, each once, and always where it can", () => {
    if (source.kind !== "list" && source.kind !== "windows") return;
    const keys = [...source.order, ...("otherOrders" in source ? (source.otherOrders ?? []) : [])];
    const known = endpointAt(source.path).parameters.sorting?.values ?? [];
    expect(known).toEqual(expect.arrayContaining(keys));
    expect(new Set(keys).size).toBe(keys.length);
    expect(source.order.length > 0).toBe(known.length > 0);
  });

  it("splits by filters whose values cover every row", () => {
    if (source.kind !== "list") return;
    const { parameters } = endpointAt(source.path);
    for (const [filter, values] of Object.entries(source.splits ?? {})) {
      const all = parameters[filter]?.values ?? ["true", "false"];
      const unused = NEVER_LISTED[`${name}.${filter}`] ?? [];
      expect([...values, ...unused].sort(), filter).toEqual([...all].sort());
    }
  });

  it("takes from its parent what its parent has", () => {
    for (const parent of parentsOf(source)) {
      const { properties } = streamNamed(parent.stream);
      for (const [, { origin }] of columns) {
        if (origin?.from === "parent") expect(properties).toHaveProperty(origin.property);
      }
    }
    if (source.kind === "nested") {
      expect(streamNamed(source.parent).properties[source.array]?.type).toBe("array");
    }
    if (source.kind === "children") {
      for (const { stream: parent, parentHas } of source.parents) {
        if (parentHas !== undefined) {
          expect(streamNamed(parent).properties).toHaveProperty(parentHas);
        }
      }
    }
    if (source.kind === "windows") {
      expect(stream.properties[source.timestamp]?.format).toBe("date-time");
    }
  });

  it("declares every documented property with its type", () => {
    if (isLink(source)) return;
    for (const [column, documented] of Object.entries(documentedProperties(stream))) {
      const declared = stream.properties[column];
      expect(declared, column).toBeDefined();
      if (declared === undefined) continue;
      expect(holds(declared.type, documented), `type of ${column}`).toBe(true);
      expect(declared.format, `format of ${column}`).toBe(documented.format);
      if (documented.values !== undefined && !OPEN_VALUES.includes(`${name}.${column}`)) {
        expect(declared.values, `values of ${column}`).toEqual(
          expect.arrayContaining(documented.values),
        );
      }
    }
  });
});

it("hides what would let its holder act, or says more about a person than needed", () => {
  const hidden = streams.flatMap(({ name, properties }) =>
    Object.entries(properties)
      .filter(([, property]) => property.hidden === "secret" || property.hidden === "personal")
      .map(([column]) => `${name}.${column}`),
  );
  expect(hidden.sort()).toEqual([
    "benefit_grants.properties",
    "checkout_links.client_secret",
    "checkout_links.success_url",
    "checkout_links.url",
    "checkouts.client_secret",
    "checkouts.customer_ip_address",
    "checkouts.customer_tax_id",
    "checkouts.payment_processor_metadata",
    "checkouts.success_url",
    "checkouts.url",
    "customers.tax_id",
    "license_keys.key",
    "webhook_deliveries.response",
    "webhook_deliveries.webhook_event",
    "webhook_endpoints.secret",
    "webhook_endpoints.url",
  ]);
});
