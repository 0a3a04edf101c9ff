/** The query in docs/targets.md that removes rows that are gone. */
import { readFileSync } from "node:fs";

const page = readFileSync(new URL("../../docs/targets.md", import.meta.url), "utf8");

/** The query for a table, and for a run that has begun at this time. */
export function goneQuery(table: string, began: string): string {
  const [, query] = /<!-- gone -->\s*```sql\n(.*?)```/s.exec(page) ?? [];
  const own = query?.replace("polar.customers", table).replace(/'[^']*'/, `'${began}'`);
  if (!own?.includes(table) || !own.includes(began)) throw new Error("docs/targets.md lacks it");
  return own;
}
