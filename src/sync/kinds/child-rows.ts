import { RowNotFoundError } from "../../polar/errors.ts";
import { ListPage } from "../../polar/list.ts";
import type { Rows } from "../../polar/rows.ts";
import type { TapError } from "../../shared/errors.ts";
import type { ChildSource, ListSource, Stream } from "../../streams/define.ts";
import { type LaneContext, quietly } from "../contract/context.ts";
import type { Step } from "../contract/step.ts";
import { isOfOneParent } from "../lists/bad-parents.ts";
import { itemKey, readFirstPage, readList } from "../lists/read-list.ts";
import type { Output } from "../records/output.ts";
import { problemOf } from "../sweep/verdicts.ts";

type ParentSource = ChildSource["parents"][number];

/** What has come for one parent; undefined when the parent is gone, an error when it is a bad one. */
export type Answer = ListPage | TapError | undefined;

/** Whose rows they are, and where they go. */
interface ChildRows {
  readonly stream: Stream;
  readonly source: ChildSource;
  readonly output: Output;
  readonly lane: LaneContext;
  readonly parent: ParentSource;
  readonly id: string;
}

/** Reads the first, mostly the only, answer for a parent. */
export async function readAnswer(
  source: ChildSource,
  parent: ParentSource,
  id: string,
  lane: LaneContext,
): Promise<Answer> {
  const path = parent.path.replace("{id}", encodeURIComponent(id));
  const query: Record<string, string> = parent.parameter ? { [parent.parameter]: id } : {};
  try {
    if (source.paged) return await readFirstPage({ source: listOf(parent), path }, lane);
    const { reader, priority } = lane;
    const page = await reader.readOnce(
      { path, endpoint: parent.path, query, priority },
      source.rowsAt,
    );
    const { receivedAt } = page;
    return new ListPage([page], { totalCount: undefined, lastPage: 1, receivedAt });
  } catch (error) {
    if (error instanceof RowNotFoundError) return undefined;
    if (isOfOneParent(error)) return error;
    throw error;
  }
}

/** Writes a parent's rows; returns why they are not all, should that be so. */
export async function* writeRows(
  first: ListPage,
  { stream, source, output, lane, parent, id }: ChildRows,
): AsyncGenerator<Step, string | undefined> {
  const idText = Buffer.from(JSON.stringify(id));
  const ofParent = (property: string) => (property === "id" ? idText : undefined);
  const placeOf = (_: Rows, row: number) => `of ${parent.stream} ${id}, position ${row}, from 0`;
  const add = (rows: Rows, row: number, { receivedAt }: ListPage) =>
    output.add(rows, row, { receivedAt, placeOf }, { parent: ofParent });
  if (!source.paged) {
    for (const rows of first) {
      for (let row = 0; row < rows.count; row++) add(rows, row, first);
    }
    yield* output.take();
    first.release();
    return undefined;
  }
  const progress = readList(
    {
      source: listOf(parent),
      path: parent.path.replace("{id}", encodeURIComponent(id)),
      key: itemKey(stream),
      onRow: add,
      firstPage: first,
    },
    quietly(lane),
  );
  let next = await progress.next();
  for (; !next.done; next = await progress.next()) yield* output.take();
  return problemOf(`${stream.name} of one of the ${parent.stream}`, next.value);
}

/** A paged child list; the API sorts none of them. */
function listOf(parent: ParentSource): ListSource {
  return { kind: "list", path: parent.path, order: [] };
}
