import type { Source } from "../../streams/define.ts";
import type { Kind } from "../contract/kind.ts";
import { array } from "./array.ts";
import { children } from "./children.ts";
import { list } from "./list.ts";
import { nested } from "./nested.ts";
import { periods } from "./periods.ts";
import { windows } from "./windows.ts";

/** How each kind of source is read: the one place that knows them all. */
export const kinds: Readonly<Record<Source["kind"], Kind>> = {
  list,
  nested,
  children,
  windows,
  array,
  periods,
};
