/** The table of types in docs/targets.md, as data. */
import { readFileSync } from "node:fs";
import type { Property } from "../../src/streams/define.ts";

const page = readFileSync(new URL("../../docs/targets.md", import.meta.url), "utf8");

/** The PostgreSQL type that the documentation promises for each type of column. */
const documented = new Map(
  [...page.matchAll(/^\| ([\w ()-]+?) \| `([\w ]+)` \|/gm)].map(([, type = "", postgres = ""]) => [
    type,
    postgres,
  ]),
);

/** The PostgreSQL type that a column gets, as the documentation says. */
export function documentedType({ type, format }: Pick<Property, "type" | "format">): string {
  const name = format === undefined ? type : `${type} (${format})`;
  const postgres = documented.get(name);
  if (postgres === undefined) throw new Error(`docs/targets.md does not tell of ${name}.`);
  return postgres;
}
