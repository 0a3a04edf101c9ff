import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { reportPage } from "./page.ts";
import { readRows } from "./rows.ts";

/**
 * Writes `report.html` into a folder of files `<stream>.jsonl`, which were written at this time
 * (milliseconds since 1970). Returns its path.
 */
export async function writeReport(folder: string, now: number): Promise<string> {
  const path = join(folder, "report.html");
  await writeFile(path, reportPage(await readRows(folder), now));
  return path;
}
