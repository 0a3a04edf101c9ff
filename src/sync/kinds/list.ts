import { catchUp } from "../changes/catch-up.ts";
import { fullTable } from "./full-table.ts";
import { defineKind } from "./kind.ts";

/** A list, and the streams whose rows stand inside of its rows. */
export const list = defineKind("list", {
  methods: { INCREMENTAL: catchUp, FULL_TABLE: fullTable },
});
