import type { Step } from "../contract/step.ts";
import type { Window, WindowReader } from "./window-reader.ts";

/**
 * How many rows a window should have: enough that its last, shorter page hardly counts, few enough
 * that little is read again after an interruption.
 */
const ROWS_PER_WINDOW = 5_000;

/** A window that turns out to have more rows than this is cut down before it is read. */
const MOST_ROWS_PER_WINDOW = 4 * ROWS_PER_WINDOW;

/** A window has been read. */
export interface WindowRead {
  readonly kind: "window";
  readonly window: Window;
  /** How many rows it had when it was opened; undefined when the API does not say. */
  readonly rows: number | undefined;
  /** Why it is not whole, should that be so. */
  readonly problem: string | undefined;
}

/**
 * Reads a span of time in windows of a good size, in ascending order; `onLast` is called when the
 * last of them is opened.
 */
export async function* readInWindows(
  reader: WindowReader,
  span: Window,
  onLast: () => void = () => undefined,
): AsyncGenerator<Step | WindowRead, void> {
  let { start } = span;
  /** From here a width counts: nothing that is known to be there is older. */
  let base = start;
  let width = Number.POSITIVE_INFINITY;
  while (start < span.end) {
    const isCut = Number.isFinite(width);
    const window = { start, end: isCut ? Math.min(base + width, span.end) : span.end };
    const first = await reader.first(window);
    const rows = first.totalCount ?? 0;
    if (rows > (isCut ? MOST_ROWS_PER_WINDOW : ROWS_PER_WINDOW) && window.end - base > 1) {
      // The start stays, whatever the first row that can be read says: there may be others.
      first.release();
      base = await reader.oldest({ start: base, end: window.end });
      width = Math.max(1, Math.floor(((window.end - base) * ROWS_PER_WINDOW) / rows));
      continue;
    }
    if (window.end === span.end) onLast();
    const { totalCount } = first;
    const problem = yield* reader.read(window, first);
    yield { kind: "window", window, rows: totalCount, problem };
    start = base = window.end;
    const growth = Math.min(8, Math.max(1 / 4, ROWS_PER_WINDOW / Math.max(1, rows)));
    width = Math.max(1, Math.floor(width * growth));
  }
}
