import { catchUp } from "../changes/catch-up.ts";
import { defineKind } from "../contract/kind.ts";
import { fullTable } from "../lists/full-table.ts";

/** A list, and the streams whose rows stand inside of its rows. */
export const list = defineKind("list", {
  methods: { INCREMENTAL: catchUp, FULL_TABLE: fullTable },
});
