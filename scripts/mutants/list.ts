/** All mutants, part by part. */
import { changes } from "./changes.ts";
import { sourcesOfHints } from "./histories.ts";
import { kinds } from "./kinds.ts";
import { lists } from "./lists.ts";
import type { Mutant } from "./mutant.ts";
import { polar } from "./polar.ts";
import { singer } from "./singer.ts";
import { sweep } from "./sweep.ts";

export const mutants: readonly Mutant[] = [
  ...sweep,
  ...lists,
  ...kinds,
  ...changes,
  ...sourcesOfHints,
  ...singer,
  ...polar,
];
