/** What an interrupted sweep knew. */
export interface Known {
  readonly count: number;
  readonly most: number;
  /** The time of the newest row that was there when it began. */
  readonly newest?: string | undefined;
  /** How many rows have been seen, those included that can't be read. */
  readonly rows: number;
  readonly unreadable: readonly number[];
  /** The last place where none of the rows behind has the same time as one to come. */
  readonly settled?: Settled | undefined;
}

/** All rows up to a time, and how many have been read of them. */
export interface Settled {
  readonly time: string;
  readonly rows: number;
}
