import { defineKind, method } from "../contract/kind.ts";

/** Rows inside of the rows of a list are written by the sync of that list, as one of its members. */
const withTheirList = method({
  readBookmark: () => undefined,
  sync: ({ stream }) => {
    throw new RangeError(`${stream.name} is written with its list, and never alone`);
  },
});

export const nested = defineKind("nested", { methods: { FULL_TABLE: withTheirList } });
