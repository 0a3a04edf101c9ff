/** JSON values whose text is known part by part, so that parts can be left out of it. */
import fc from "fast-check";

export type Tree =
  | { readonly kind: "scalar"; readonly text: string }
  | { readonly kind: "object"; readonly members: readonly (readonly [key: string, Tree])[] }
  | { readonly kind: "array"; readonly items: readonly Tree[] };

/** The text of a value. Keys are printed as JSON.stringify does. */
export function print(tree: Tree): string {
  switch (tree.kind) {
    case "scalar":
      return tree.text;
    case "object":
      return `{${tree.members.map(([key, value]) => `${JSON.stringify(key)}:${print(value)}`).join()}}`;
    case "array":
      return `[${tree.items.map(print).join()}]`;
  }
}

/** Numbers and strings that would not survive being parsed and printed. */
const scalar = fc
  .oneof(
    fc.constantFrom(
      ...[
        "null",
        "true",
        "false",
        "0",
        "-0",
        "7",
        "1.10",
        "1E-12",
        "1e+17",
        "2.50",
        "9".repeat(300),
      ],
      ...['""', '"a"', '"\\u00e9\\/"', '"é😀"', '"\\\\"', '"\\""', '"{},:[]"', '"\\ud800"'],
    ),
    fc.string({ unit: "binary" }).map((value) => JSON.stringify(value)),
    fc.integer().map(String),
  )
  .map((text): Tree => ({ kind: "scalar", text }));

/** Any JSON value with keys out of `keys`. */
export function tree(keys: fc.Arbitrary<string>): fc.Arbitrary<Tree> {
  return fc.letrec<{ value: Tree; object: Tree; array: Tree }>((tie) => ({
    value: fc.oneof(
      { depthSize: "medium" },
      scalar,
      { arbitrary: tie("array"), weight: 2 },
      { arbitrary: tie("object"), weight: 4 },
    ),
    array: fc
      .array(tie("value"), { maxLength: 4 })
      .map((items): Tree => ({ kind: "array", items })),
    object: fc
      .uniqueArray(fc.tuple(keys, tie("value")), { selector: ([key]) => key, maxLength: 5 })
      .map((members): Tree => ({ kind: "object", members })),
  })).value;
}

/** The value without what these paths name. Each element of an array loses the same. */
export function without(value: Tree, paths: readonly (readonly string[])[]): Tree {
  const below = (name: string) =>
    paths.filter(([first]) => first === name).map((path) => path.slice(1));
  switch (value.kind) {
    case "scalar":
      return value;
    case "array":
      return { kind: "array", items: value.items.map((item) => without(item, paths)) };
    case "object":
      return {
        kind: "object",
        members: value.members.flatMap(([key, inner]) => {
          const rest = below(key);
          if (rest.some((path) => path.length === 0)) return [];
          return [[key, rest.length > 0 ? without(inner, rest) : inner] as const];
        }),
      };
  }
}
