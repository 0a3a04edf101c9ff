import { JsonIndex } from "../../polar/json/json-index.ts";
import { LEVEL_OF_OWN_PROPERTIES, Rows } from "../../polar/rows.ts";
import type { RowOrigin } from "../records/output.ts";

/** Copies of rows, whose pages are gone when they are written. */
export class KeptRows {
  readonly #place: string;
  #kept: { readonly json: Buffer; readonly page: RowOrigin }[] = [];

  /** @param place what to call such a row, for people */
  constructor(place: string) {
    this.#place = place;
  }

  add(rows: Rows, row: number, { receivedAt }: Pick<RowOrigin, "receivedAt">): void {
    const json = Buffer.from(rows.value(rows.first(row) - 1));
    const placeOf = () => this.#place;
    this.#kept.push({ json, page: { receivedAt, placeOf } });
  }

  addAll(other: KeptRows): void {
    this.#kept.push(...other.#kept);
  }

  /** Each row, for as long as the next one is not asked for. */
  *rows(): Generator<
    { readonly rows: Rows; readonly row: number; readonly page: RowOrigin },
    void
  > {
    const index = new JsonIndex();
    const rows = new Rows();
    for (const { json, page } of this.#kept) {
      index.scan(json, LEVEL_OF_OWN_PROPERTIES);
      rows.readOne(index, 0);
      yield { rows, row: 0, page };
    }
  }

  release(): void {
    this.#kept = [];
  }
}
