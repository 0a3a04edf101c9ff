import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Metadata, MetadataEntry } from "../../src/singer/catalog.ts";
import {
  type PropertyPath,
  propertyPath,
  SelectionRules,
} from "../../src/singer/selection-rules.ts";

const maybe = fc.option(fc.boolean(), { nil: undefined });
const path = fc.array(fc.constantFrom("a", "b", "properties"), { maxLength: 3 });
const breadcrumbOf = (names: PropertyPath) => names.flatMap((name) => ["properties", name]);

const entry = fc
  .record({
    path,
    inclusion: fc.constantFrom(undefined, "available", "automatic", "unsupported"),
    selected: maybe,
    byDefault: maybe,
  })
  .map(
    ({ path, inclusion, selected, byDefault }): MetadataEntry => ({
      breadcrumb: breadcrumbOf(path),
      metadata: { inclusion, selected, "selected-by-default": byDefault },
    }),
  );

const stream = fc.record({
  selected: maybe,
  metadata: fc.uniqueArray(entry, {
    selector: ({ breadcrumb }) => breadcrumb.join("."),
    maxLength: 9,
  }),
});

/** The rules once more, from the outside inwards and as plainly as can be. */
function reference(metadata: MetadataEntry[], atTop: boolean | undefined, names: PropertyPath) {
  if (metadata.length === 0) return atTop ?? true;
  const find = (depth: number): Metadata =>
    metadata.find(
      ({ breadcrumb }) => breadcrumb.join("/") === breadcrumbOf(names.slice(0, depth)).join("/"),
    )?.metadata ?? {};
  let isOn = true;
  for (let depth = 0; depth <= names.length && isOn; depth++) {
    const { inclusion, selected, "selected-by-default": byDefault } = find(depth);
    const choice = depth === 0 ? (selected ?? atTop) : selected;
    if (inclusion === "unsupported") isOn = false;
    else if (inclusion === "automatic") isOn = depth < 2 || choice !== false;
    else if (choice !== undefined && choice !== null) isOn = choice;
    else if (byDefault !== undefined && byDefault !== null) isOn = byDefault;
    else isOn = depth > 0;
  }
  return isOn;
}

describe("SelectionRules", () => {
  it("agree with a plain reading of the rules", () => {
    fc.assert(
      fc.property(stream, path, (stream, names) => {
        const expected = reference(stream.metadata, stream.selected, names);
        expect(new SelectionRules(stream).isSelected(names)).toBe(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it("never select what is inside something deselected", () => {
    fc.assert(
      fc.property(stream, path, fc.nat(3), (stream, names, depth) => {
        const rules = new SelectionRules(stream);
        fc.pre(!rules.isSelected(names.slice(0, depth)));
        expect(rules.isSelected(names)).toBe(false);
      }),
    );
  });

  it("always select automatic columns of a selected stream", () => {
    fc.assert(
      fc.property(stream, maybe, (stream, selected) => {
        const root = { breadcrumb: [], metadata: { selected: true } };
        const automatic = {
          breadcrumb: ["properties", "a"],
          metadata: { inclusion: "automatic", selected },
        };
        const metadata = [...stream.metadata, root, automatic];
        expect(new SelectionRules({ ...stream, metadata }).isSelected(["a"])).toBe(true);
      }),
    );
  });

  it("exclude paths that are disjoint, deselected, and inside selected ones", () => {
    fc.assert(
      fc.property(stream, (stream) => {
        const rules = new SelectionRules(stream);
        const excluded = rules.deselectedInside(new Set(["a", "b"]));
        for (const inner of excluded) {
          expect(rules.isSelected(inner)).toBe(false);
          expect(rules.isSelected(inner.slice(0, -1))).toBe(true);
          const outer = excluded.filter(
            (other) => other.length < inner.length && other.every((name, at) => name === inner[at]),
          );
          expect(outer).toEqual([]);
        }
      }),
    );
  });
});

describe("propertyPath", () => {
  it("is the way back from a breadcrumb, whatever the names are", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (names) => {
        expect(propertyPath(breadcrumbOf(names))).toEqual(names);
      }),
    );
  });

  it.each([[["a"]], [["properties"]], [["items", "a"]], [["properties", "a", "items", "b"]]])(
    "%j is none",
    (breadcrumb) => {
      expect(propertyPath(breadcrumb)).toBeUndefined();
    },
  );
});
