/** What has happened in the stories so far. */
export class Tally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(group: string, name: string, count = 1): void {
    const counts = this.#counts.get(group) ?? new Map<string, number>();
    this.#counts.set(group, counts.set(name, (counts.get(name) ?? 0) + count));
  }

  /** The counts of a group, the largest first. */
  of(group: string): readonly (readonly [string, number])[] {
    return [...(this.#counts.get(group) ?? [])].sort(([, one], [, other]) => other - one);
  }

  sum(group: string): number {
    return this.of(group).reduce((sum, [, count]) => sum + count, 0);
  }

  /** Takes over what another one has counted. */
  join(other: Tally): void {
    for (const group of other.#counts.keys()) {
      for (const [name, count] of other.of(group)) this.add(group, name, count);
    }
  }
}
