/** So many places are named of each kind of refusal; the count tells of the rest. */
const MOST_PLACES = 5;

/** What was not written, and why: counted by reason, with the first places. */
export class Refusals {
  readonly #byReason = new Map<string, { count: number; readonly places: string[] }>();

  /** `reason` goes on after "5 rows of orders ": "were left out, since …". */
  add(reason: string, place: string): void {
    const known = this.#byReason.get(reason) ?? { count: 0, places: [] };
    known.count++;
    if (known.places.length < MOST_PLACES) known.places.push(place);
    this.#byReason.set(reason, known);
  }

  /** All of it in one sentence; undefined when nothing was refused. */
  sentence(stream: string): string | undefined {
    if (this.#byReason.size === 0) return undefined;
    const parts = [...this.#byReason].map(([reason, { count, places }]) => {
      const more = count > places.length ? ", …" : "";
      return `${count} rows of ${stream} ${reason} (${places.join("; ")}${more})`;
    });
    return `${parts.join("; ")}.`;
  }
}
