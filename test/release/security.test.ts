/** The tests that SECURITY.md names are there. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

const named = [...read("SECURITY.md").matchAll(/\| `(test\/[^`]+)`: (.+) \|$/gm)];

test.each(named.map(([, file = "", title = ""]) => [file, title]))("%s: %s", (file, title) => {
  expect(read(file)).toContain(title);
});

test("SECURITY.md names them all", () => {
  expect(named.length).toBeGreaterThan(15);
});
