/** How the benchmark starts the tap. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { folder, type Simulator, tap } from "./processes.ts";

/** As many requests at a time as the tap sends unless told otherwise. */
export const CONCURRENCY = 4;

/** As much of a catalog as is changed to select streams. */
export const catalogShape = z.looseObject({
  streams: z.array(
    z.looseObject({
      tap_stream_id: z.string(),
      metadata: z.array(
        z.looseObject({ breadcrumb: z.array(z.string()), metadata: z.looseObject({}) }),
      ),
    }),
  ),
});

/** Arguments for Node that sync streams from a simulator, as fast as the tap, or another one, can. */
export async function syncOf(
  streams: readonly string[],
  { url, accessToken }: Simulator,
  { bundle = tap, jsonColumns = "native" } = {},
): Promise<string[]> {
  const { stdout } = await execa(process.execPath, [tap, "--discover"]);
  const catalog = catalogShape.parse(JSON.parse(stdout));
  for (const { tap_stream_id: name, metadata } of catalog.streams) {
    for (const entry of metadata) {
      if (entry.breadcrumb.length === 0) entry.metadata.selected = streams.includes(name);
    }
  }
  const config = {
    access_token: accessToken,
    api_url: url,
    requests_per_minute: 1_000_000,
    concurrency: CONCURRENCY,
    json_columns: jsonColumns,
  };
  return [bundle, "--config", file("config", config), "--catalog", file("catalog", catalog)];

  function file(name: string, content: object): string {
    const path = join(
      folder,
      `${streams.join("-")}-${jsonColumns}-${new URL(url).port}-${name}.json`,
    );
    writeFileSync(path, JSON.stringify(content));
    return path;
  }
}
