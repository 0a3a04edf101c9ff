import type { BookmarkFields } from "../../singer/state.ts";
import { readBookmark } from "../bookmarks/bookmark.ts";
import { FEED_BOOKMARK, feedBookmark, type TouchesBookmark } from "../bookmarks/feed-bookmark.ts";
import type { Context } from "../contract/context.ts";
import type { Hints } from "./hints.ts";
import { isUuid, readUuid, UUID_BYTES, writeUuid } from "./uuids.ts";

/** No more touches than these are kept: each takes 22 bytes of the state. */
const MOST_KEPT = 1_000;

/**
 * Whom the rows of lists have touched, kept for lists that were not caught up when that was told: a
 * list tells each change of its rows once.
 */
export class ListTouches {
  /** Run by run, the oldest first. */
  readonly #runs: readonly TouchesBookmark[];
  /** Touches of this moment and before are not kept, in milliseconds since the epoch. */
  readonly #forgottenAt: number;

  private constructor(runs: readonly TouchesBookmark[], forgottenAt: number) {
    this.#runs = runs;
    this.#forgottenAt = forgottenAt;
  }

  /** Those that the state keeps. */
  static read(context: Pick<Context, "state">): ListTouches {
    const { touched, forgotten_at } = readBookmark(FEED_BOOKMARK, feedBookmark, context);
    return new ListTouches(
      touched,
      forgotten_at === undefined ? Number.NEGATIVE_INFINITY : Date.parse(forgotten_at),
    );
  }

  /** What is left of them when more was told up to this moment than can be kept. */
  static forgottenAt(moment: number): ListTouches {
    return new ListTouches([], moment);
  }

  /** Tells them, each with the moment from when on lists know of it. */
  tell(hints: Hints): void {
    for (const { at, by } of this.#runs) {
      for (const [what, ids] of Object.entries(by)) {
        for (const customer of idsOf(ids)) hints.touch(customer, what, Date.parse(at));
      }
    }
  }

  /** Whether some that a list would have to hear are not kept, if it is known up to a moment. */
  lacksFor(knownUntil: number): boolean {
    return knownUntil < this.#forgottenAt;
  }

  /**
   * These, and those that a run has brought. When they are too many, the oldest are forgotten.
   */
  with(begunAt: number, { customers }: Pick<Hints, "customers">): ListTouches {
    if (customers.size === 0) return this;
    if (![...customers.keys()].every(isUuid)) return ListTouches.forgottenAt(begunAt);
    const at = new Date(begunAt).toISOString();
    const kinds = new Set([...customers.values()].flatMap((touchedBy) => [...touchedBy.keys()]));
    const by = [...kinds].map((kind) => {
      const touched = [...customers].filter(([, touchedBy]) => touchedBy.has(kind));
      return [kind, textOf(touched.map(([id]) => id))] as const;
    });
    const runs = [...this.#runs, { at, by: Object.fromEntries(by) }];
    let forgottenAt = this.#forgottenAt;
    while (countOf(runs) > MOST_KEPT) forgottenAt = Date.parse(runs.shift()?.at ?? at);
    return new ListTouches(runs, forgottenAt);
  }

  /** For the bookmark: those that some list has not heard, if the least known is known up to then. */
  fieldsFor(leastKnown: number): BookmarkFields {
    const touched = this.#runs.filter(({ at }) => leastKnown < Date.parse(at));
    return {
      touched: touched.length > 0 ? touched : undefined,
      forgotten_at: this.lacksFor(leastKnown)
        ? new Date(this.#forgottenAt).toISOString()
        : undefined,
    };
  }
}

/** How many touches there are. */
function countOf(runs: readonly TouchesBookmark[]): number {
  const texts = runs.flatMap(({ by }) => Object.values(by));
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text, "base64"), 0) / UUID_BYTES;
}

function textOf(ids: readonly string[]): string {
  const bytes = Buffer.alloc(ids.length * UUID_BYTES);
  for (const [at, id] of ids.entries()) writeUuid(id, bytes, at * UUID_BYTES);
  return bytes.toString("base64");
}

function idsOf(text: string): string[] {
  const bytes = Buffer.from(text, "base64");
  const count = Math.floor(bytes.length / UUID_BYTES);
  return Array.from({ length: count }, (_, at) => readUuid(bytes, at * UUID_BYTES));
}
