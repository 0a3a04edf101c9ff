import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UserInputError } from "../../src/shared/errors.ts";
import { BOOKMARK_FORMAT, State } from "../../src/singer/state.ts";

function warningsOf(text: string): readonly string[] {
  const warnings: string[] = [];
  State.parse(text, "state.json", (warning) => warnings.push(warning));
  return warnings;
}

function mistakesIn(text: string): readonly string[] {
  try {
    State.parse(text, "state.json");
  } catch (error) {
    if (error instanceof UserInputError) return error.mistakes;
    throw error;
  }
  return [];
}

describe("a state", () => {
  it("starts empty", () => {
    expect(State.empty().toJson()).toBe('{"bookmarks":{}}');
    expect(State.empty().bookmark("orders")).toBeUndefined();
  });

  it.each(["", " \n\t", "{}", '{"bookmarks":null}', '{"bookmarks":{}}'])("%j is empty", (text) => {
    expect(State.parse(text, "state.json").toJson()).toBe('{"bookmarks":{}}');
  });

  it("gives bookmarks and takes new values, the format beside them", () => {
    const state = State.parse('{"bookmarks":{"orders":{"position":5,"version":1}}}', "state.json");
    expect(state.bookmark("orders")).toEqual({ position: 5, version: 1 });
    state.setBookmark("orders", { position: undefined, version: 2 });
    state.setBookmark("refunds", { position: 1 });
    expect(JSON.parse(state.toJson())).toEqual({
      bookmarks: {
        orders: { version: 2, format: BOOKMARK_FORMAT },
        refunds: { position: 1, format: BOOKMARK_FORMAT },
      },
    });
  });

  it("carries the bookmarks of all streams, in their order", () => {
    const text = '{"bookmarks":{"a":{"x":1},"b":{"x":2},"c":{"x":3}}}';
    const state = State.parse(text, "state.json");
    state.setBookmark("b", { x: 4 });
    expect(state.toJson()).toBe('{"bookmarks":{"a":{"x":1},"b":{"x":4,"format":1},"c":{"x":3}}}');
  });

  it("keeps what it does not know as it came: long numbers, escapes, odd keys", () => {
    const text = `{
      "custom": 12345678901234567890.10,
      "__proto__": {"a": 1e400},
      "bookmarks": {
        "__proto__": {"x": 1},
        "orders": {"mine": 123456789012345678901234567890, "__proto__": "\\u00e9", "position": 1}
      }
    }`;
    const state = State.parse(text, "state.json");
    state.setBookmark("orders", { position: 2 });
    expect(state.toJson()).toBe(
      '{"custom":12345678901234567890.10,"__proto__":{"a":1e400},' +
        '"bookmarks":{"__proto__":{"x":1},' +
        '"orders":{"mine":123456789012345678901234567890,"__proto__":"\\u00e9","position":2,"format":1}}}',
    );
  });

  it("keeps any content over any number of rounds", () => {
    const bookmarks = fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.jsonValue()));
    const others = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(bookmarks, others, (bookmarks, others) => {
        fc.pre(!["bookmarks", "singer_state", "type"].some((key) => Object.hasOwn(others, key)));
        for (const bookmark of Object.values(bookmarks)) {
          fc.pre(!Object.hasOwn(bookmark, "format"));
        }
        const text = JSON.stringify({ ...others, bookmarks });
        const once = State.parse(text, "state.json").toJson();
        expect(JSON.parse(once)).toEqual(JSON.parse(text));
        expect(State.parse(once, "state.json").toJson()).toBe(once);
      }),
    );
  });

  it("loses nothing but what is replaced", () => {
    const fields = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(fields, fields, (before, after) => {
        fc.pre(!Object.hasOwn(before, "format") && !Object.hasOwn(after, "format"));
        const text = JSON.stringify({ bookmarks: { orders: before } });
        const state = State.parse(text, "state.json");
        state.setBookmark("orders", after);
        const expected = new Map([...Object.entries(before), ...Object.entries(after)]);
        expected.set("format", BOOKMARK_FORMAT);
        const bookmark = state.bookmark("orders") ?? {};
        expect(new Map(Object.entries(bookmark))).toEqual(
          new Map(Object.entries(JSON.parse(JSON.stringify(Object.fromEntries(expected))))),
        );
      }),
    );
  });

  it("is found in Meltano's wrapper and in a whole STATE message", () => {
    const inner = '{"bookmarks":{"orders":{"position":1}}}';
    for (const text of [
      `{"singer_state":${inner}}`,
      `{"type":"STATE","value":${inner}}`,
      `{"completed_state":{"singer_state":${inner}},"partial_state":{}}`,
      `{"completed_state":{"singer_state":${inner}},"partial_state":null}`,
      `{"completed_state":${inner}}`,
    ]) {
      expect(State.parse(text, "state.json").toJson()).toBe(inner);
      expect(warningsOf(text)).toEqual([]);
    }
  });

  it("of Meltano's unfinished runs goes before that of the last one that ended", () => {
    const text = `{
      "completed_state": {"singer_state": {"bookmarks": {"orders": {"at": 1}, "refunds": {"at": 1}}}},
      "partial_state": {"singer_state": {"bookmarks": {"orders": {"at": 2}}}}
    }`;
    expect(State.parse(text, "state.json").toJson()).toBe(
      '{"bookmarks":{"orders":{"at":2},"refunds":{"at":1}}}',
    );
  });

  it.each([
    ["", [expect.stringMatching(/^state\.json: is empty.*its last state was lost$/)]],
    ['{"orders":{"at":1}}', [expect.stringMatching(/^state\.json: has no "bookmarks".*is it a/)]],
    ['{"singer_state":{"orders":1}}', [expect.stringMatching(/has no "bookmarks"/)]],
    ["{}", []],
    ['{"singer_state":{}}', []],
    ['{"completed_state":{},"partial_state":{}}', []],
    ['{"bookmarks":{},"currently_syncing":null}', []],
  ])("%s: warnings %j", (text, warnings) => {
    expect(warningsOf(text)).toEqual(warnings);
  });

  it("tells which bookmarks belong to no known stream", () => {
    const state = State.parse(
      '{"bookmarks":{"orders":{},"charges":{},"plans":null}}',
      "state.json",
    );
    expect(state.unknownStreams(new Set(["orders"]))).toEqual(["charges"]);
  });

  it.each([
    ["{", ["state.json: is not valid JSON at line 1, column 2; correct it there"]],
    [
      '{"bookmarks":{"orders":{}}}\n{"bookmarks":{"orders":{}}}\n',
      [
        "state.json: has several states, one per line; only the last one counts: tail -n 1 state.json > last-state.json",
      ],
    ],
    ['{"singer_state":5}', ['state.json: must be a JSON object such as {"bookmarks": {}}']],
    ["[]", ['state.json: must be a JSON object such as {"bookmarks": {}}']],
    ["5", ['state.json: must be a JSON object such as {"bookmarks": {}}']],
    ['{"bookmarks":[]}', ["state.json: bookmarks: must be an object with a bookmark per stream"]],
    [
      '{"bookmarks":{"orders":5,"refunds":"x","events":{"format":99}}}',
      [
        "state.json: bookmarks.orders: must be an object; remove it to read the stream from its beginning",
        "state.json: bookmarks.refunds: must be an object; remove it to read the stream from its beginning",
        "state.json: bookmarks.events: was written by a newer version; update to it, or remove the bookmark",
      ],
    ],
  ])("refuses %s", (text, lines) => {
    expect(mistakesIn(text)).toEqual(lines);
  });

  it("names a file that is not there", () => {
    expect(() => State.read("/nowhere/state.json")).toThrow("/nowhere/state.json: no such file");
  });
});
