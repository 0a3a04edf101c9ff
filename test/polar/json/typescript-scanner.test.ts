/** The two scanners, which are compared by their speed, do the same. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { scan as scanInTypeScript } from "../../../bench/typescript-scanner/scanner.ts";
import { scan } from "../../../src/polar/json/scanner.ts";
import { damaged, jsonText, rowsText } from "./json-texts.ts";

it("takes the same notes as the scanner in WebAssembly, or refuses the same texts", () => {
  const text = fc.oneof(damaged(jsonText), fc.oneof(jsonText, rowsText).map(Buffer.from));
  let valid = 0;
  let broken = 0;
  fc.assert(
    fc.property(text, fc.nat(3), (bytes, deepest) => {
      const notes = scan(bytes, deepest);
      const others = scanInTypeScript(bytes, deepest);
      if (typeof notes === "number") {
        broken++;
        expect(others).toBeTypeOf("number");
      } else {
        valid++;
        expect(others).toEqual(notes);
      }
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(valid, broken)).toBeGreaterThan(250);
});
