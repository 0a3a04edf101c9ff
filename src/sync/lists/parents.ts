import type { Rows } from "../../polar/rows.ts";
import type { LaneContext } from "../contract/context.ts";
import type { ListEnd, ParentChoice, Parents, RowObserver } from "../contract/kind.ts";
import { problemOf } from "../sweep/verdicts.ts";
import { itemKey, readList } from "./read-list.ts";

export const NO_PARENTS: Parents = { ids: [], problem: undefined };

type End = Pick<ListEnd, "isWhole" | "touchedSince" | "caughtUpAt">;

/** Gathers the ids of parents from the rows of their list. */
export class ParentCollector implements RowObserver {
  readonly #choice: ParentChoice;
  /** A set, since a list that is begun anew brings its rows again. */
  readonly #ids = new Set<string>();
  /** What {@link finish} was called with. */
  readonly finished: Promise<End>;
  #resolve: (end: End) => void = () => undefined;

  constructor(choice: ParentChoice) {
    this.#choice = choice;
    this.finished = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** Looks at a row of the parents' list. */
  add(rows: Rows, row: number): void {
    const { has, query = {} } = this.#choice;
    if (has !== undefined && (rows.textOf(row, has) ?? "null") === "null") return;
    for (const [property, value] of Object.entries(query)) {
      if (rows.textOf(row, property) !== JSON.stringify(value)) return;
    }
    const id = rows.textOf(row, "id");
    if (id !== undefined) this.#ids.add(id.replaceAll('"', ""));
  }

  /** Tells those who wait which ids these are. */
  finish(end: End): void {
    this.#resolve(end);
  }

  /** The ids of all, or of those touched since a moment; undefined where they are neither. */
  async parents(since: number | undefined): Promise<Parents | undefined> {
    const { isWhole, touchedSince, caughtUpAt } = await this.finished;
    const areTouchedOnly = !isWhole && touchedSince !== undefined && touchedSince === since;
    if (!isWhole && !areTouchedOnly) return undefined;
    return { ids: this.ids, problem: undefined, areTouchedOnly, caughtUpAt };
  }

  get ids(): readonly string[] {
    return [...this.#ids].sort();
  }
}

/** Whether the rows themselves tell what the API's filter would: parameters named as columns. */
export function canCollect({ stream, query = {} }: ParentChoice): boolean {
  return Object.keys(query).every((parameter) => stream.properties[parameter]?.type === "string");
}

/** Reads the list of parents for their ids alone. */
export async function readParents(choice: ParentChoice, lane: LaneContext): Promise<Parents> {
  const { stream, query } = choice;
  if (stream.source.kind !== "list") return { ids: [], problem: `${stream.name} is no list.` };
  // The API does the filtering, also by what is no column.
  const collector = new ParentCollector({ stream, has: choice.has });
  const reading = readList(
    {
      source: { ...stream.source, query: { ...stream.source.query, ...query } },
      key: itemKey(stream),
      onRow: (rows, row) => collector.add(rows, row),
    },
    lane,
  );
  let next = await reading.next();
  while (!next.done) next = await reading.next();
  return { ids: collector.ids, problem: problemOf(stream.name, next.value) };
}
