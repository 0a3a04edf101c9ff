import type { Target } from "../target.ts";
import { csv } from "./csv.ts";
import { headers, refusals } from "./headers.ts";
import { catalog, config, environment, selection, state } from "./inputs.ts";
import { page, scanner } from "./json.ts";
import { processes } from "./processes.ts";

/** All that is fuzzed. */
export const targets: readonly Target[] = [
  scanner,
  page,
  csv,
  headers,
  refusals,
  config,
  environment,
  catalog,
  state,
  selection,
  processes,
];
