/** Which streams and columns a command is about. */
import type { Config } from "../config/config.ts";
import { type Catalog, readCatalog } from "../singer/catalog.ts";
import { type SelectedStream, selectStreams } from "../singer/selection.ts";
import { selectByPatterns } from "../singer/selection-patterns.ts";
import { streams } from "../streams/index.ts";
import { discover } from "../sync/engine/discovery.ts";
import type { Choice } from "./arguments.ts";

/**
 * The discovered catalog, with the selection that patterns make in it.
 * @param setting the patterns of the configuration, which those of the command line replace
 */
export function discoveredCatalog(
  { select }: Pick<Choice, "select">,
  setting: readonly string[] | undefined,
): Catalog {
  const discovered = discover(streams);
  return laidOver(discovered, discovered, select, setting);
}

/**
 * The streams to read: those of the user's catalog, or by default, with the patterns over them.
 * @param settings those of the configuration, where there is one
 * @throws UserInputError with all mistakes at once
 */
export function selectedStreams(
  { catalog: path, select }: Pick<Choice, "catalog" | "select">,
  settings: Pick<Config, "select" | "jsonColumns"> | undefined,
  warn: (message: string) => void,
): SelectedStream[] {
  const discovered = discover(streams);
  const catalog = path === undefined ? discovered : readCatalog(path);
  const chosen = laidOver(catalog, discovered, select, settings?.select);
  const source = path ?? "the default catalog";
  return selectStreams(chosen, discovered, source, warn, settings?.jsonColumns);
}

function laidOver(
  catalog: Catalog,
  discovered: Catalog,
  select: readonly string[] | undefined,
  setting: readonly string[] = [],
): Catalog {
  const patterns = select ?? setting;
  if (patterns.length === 0) return catalog;
  return selectByPatterns(catalog, discovered, patterns, select ? "--select" : "select");
}
