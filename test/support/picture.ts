/** The picture of the house in CONTRIBUTING.md: a Mermaid graph whose arrows are imports. */
import { posix } from "node:path";
import type { Import } from "./imports.ts";

/** An arrow from a room to one that it knows. */
export type Arrow = readonly [from: string, to: string];

/** The arrows of the Mermaid graph in a text, by the labels of their ends. */
export function arrowsIn(text: string): Arrow[] {
  const graph = /```mermaid\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  const labels = new Map(
    [...graph.matchAll(/(\w+)\[([^\]]+)\]/g)].map(([, name = "", label = ""]) => [name, label]),
  );
  const lines = graph.matchAll(/^ *(\w+)(?:\[[^\]]+\])? --> (.+)$/gm);
  return [...lines].flatMap(([, from = "", targets = ""]) =>
    targets.split("&").map((target): Arrow => {
      const name = /\w+/.exec(target)?.[0] ?? "";
      return [labels.get(from) ?? from, labels.get(name) ?? name];
    }),
  );
}

/** The room of a source file: its folder below `src`. `tap.ts` is alone at the top, and commands are
 * of the room that they stand in. */
function roomOf(path: string): string {
  const folder = posix.dirname(path).replace(/^src\/?|\/commands$/g, "");
  return folder === "" ? posix.basename(path) : folder;
}

/** Which room knows which, by the imports of the program. */
export function roomArrows(imports: readonly Import[]): Arrow[] {
  const known = new Map<string, Arrow>();
  for (const { from, to } of imports) {
    if (!from.startsWith("src/") || !to.startsWith("src/")) continue;
    const arrow: Arrow = [roomOf(from), roomOf(to)];
    if (arrow[0] !== arrow[1]) known.set(arrow.join(" --> "), arrow);
  }
  return [...known.values()];
}

/** The rooms that one leads to along arrows, over any number of them. */
function reachable(from: string, arrows: readonly Arrow[]): Set<string> {
  const found = new Set<string>();
  const visit = (room: string) => {
    for (const [start, end] of arrows) {
      if (start !== room || found.has(end)) continue;
      found.add(end);
      visit(end);
    }
  };
  visit(from);
  return found;
}

/** What the picture leaves out, and what it only imagines; a way along several arrows is enough. */
export function differences(drawn: readonly Arrow[], real: readonly Arrow[]): string[] {
  const text = ([from, to]: Arrow) => `${from} --> ${to}`;
  const known = new Set(real.map(text));
  return [
    ...real
      .filter(([from, to]) => !reachable(from, drawn).has(to))
      .map((one) => `missing: ${text(one)}`),
    ...drawn.filter((one) => !known.has(text(one))).map((one) => `imagined: ${text(one)}`),
  ];
}
