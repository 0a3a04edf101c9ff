import { type Mutant, of } from "./mutant.ts";

const histories = ["test/tap/change-histories.test.ts"];

/**
 * What tells of changes, a source at a time: a random history has to miss each of them. Not here are
 * those that tell of more than docs/changes.md declares (the customers of new, canceled and opened
 * rows, and the exports), and the overlaps, in whose place the count leads to what came late.
 */
export const sourcesOfHints: readonly Mutant[] = [
  ...of("src/sync/changes/feed.ts", histories, [
    ["      looked?.open.tell(hints, looked.fresh.onPages());\n", ""],
  ]),
  ...of("src/sync/changes/tellings.ts", histories, [
    ['hints.touch(customer, stringOf(rows, row, "name") ?? "event");', ""],
    ['if (typeof data.customer_id === "string") hints.touch(data.customer_id, event.type);', ""],
  ]),
  ...of("src/sync/changes/open-rows.ts", histories, [
    ["if (idHash(id) !== hash) hints.touch(id, task.stream.name);\n      else if", "if"],
  ]),
  ...of("src/sync/changes/change-reader.ts", histories, [
    ["if (isComplete && (surplus <= 0 || areLateRead())) return fresh;", "return fresh;"],
  ]),
  ...of("src/sync/changes/told-changes.ts", histories, [
    ["const SETTLED_MILLISECONDS = 5 * 60_000;", "const SETTLED_MILLISECONDS = 0;"],
  ]),
];
