import {
  NotPermittedError,
  RefusedRequestError,
  ServerError,
  UnavailableError,
} from "../../polar/errors.ts";
import type { TapError } from "../../shared/errors.ts";
import type { ParentPosition } from "../bookmarks/child-bookmark.ts";

/** So many parents in a row that fail, and it is the server that fails, not a parent. */
const MOST_IN_A_ROW = 10;

/** The same where each took all the tries that an unavailable server is given. */
const MOST_UNAVAILABLE_IN_A_ROW = 2;

/** So many are remembered; and so many are named. */
const MOST_REMEMBERED = 100;
const MOST_NAMED = 5;

/** Whether a failure may be that of one parent alone: of a token or a network it never is. */
export function isOfOneParent(error: unknown): error is TapError {
  return [ServerError, UnavailableError, RefusedRequestError, NotPermittedError].some(
    (kind) => error instanceof kind,
  );
}

/** Tells a bad parent from a server that fails whatever it is asked. */
export class ServerGuard {
  #inARow = 0;
  #unavailable = 0;

  /** Whether this failure is one too many. */
  failed(error: TapError): boolean {
    this.#inARow++;
    this.#unavailable = error instanceof UnavailableError ? this.#unavailable + 1 : 0;
    return this.#inARow >= MOST_IN_A_ROW || this.#unavailable >= MOST_UNAVAILABLE_IN_A_ROW;
  }

  answered(): void {
    this.#inARow = 0;
    this.#unavailable = 0;
  }
}

/** Parents whose rows can't be read: they cost themselves alone, and are told at the end. */
export class BadParents {
  readonly #children: string;
  readonly #all = new Map<string, ParentPosition>();
  #reason: string | undefined;

  /** `children` is the stream whose rows are missing. */
  constructor(children: string) {
    this.#children = children;
  }

  add(parent: ParentPosition, reason: string | undefined): void {
    this.#all.set(`${parent.stream} ${parent.id}`, parent);
    this.#reason ??= reason;
  }

  delete({ stream, id }: ParentPosition): void {
    this.#all.delete(`${stream} ${id}`);
  }

  has({ stream, id }: ParentPosition): boolean {
    return this.#all.has(`${stream} ${id}`);
  }

  /** Those to be kept in the bookmark. */
  get remembered(): readonly ParentPosition[] {
    return [...this.#all.values()].slice(0, MOST_REMEMBERED);
  }

  /** Whether there are more than are remembered: nobody may pass by the others. */
  get areTooMany(): boolean {
    return this.#all.size > MOST_REMEMBERED;
  }

  /** All of it in one sentence; undefined when there are none. */
  get problem(): string | undefined {
    const count = this.#all.size;
    if (count === 0) return undefined;
    const kinds = [...new Set([...this.#all.values()].map(({ stream }) => stream))];
    const named = [...this.#all.values()].slice(0, MOST_NAMED).map(({ id }) => id);
    const more = count > named.length ? ", …" : "";
    return (
      `${this.#children} of ${count} ${kinds.join(" and ")} can't be read (${named.join(", ")}` +
      `${more}); the others are complete, and the next run tries these again. ` +
      `The first failure: ${this.#reason ?? "see the last run."}`
    );
  }
}
