import type * as z from "zod";
import { UserInputError } from "../../shared/errors.ts";
import type { Context } from "../contract/context.ts";

/**
 * Reads a stream's bookmark with the schema of its kind of sync; without one, as if it were empty.
 * @throws UserInputError when it is none of ours
 */
export function readBookmark<T>(
  stream: string,
  schema: z.ZodType<T>,
  { state }: Pick<Context, "state">,
): T {
  const { data, error } = schema.safeParse(state.bookmark(stream) ?? {});
  if (data !== undefined) return data;
  throw new UserInputError(
    (error?.issues ?? []).map(({ path }) => {
      const at = [`${state.source}: bookmarks`, stream, ...path].join(".");
      return `${at}: is not as this tap writes it; remove the stream's bookmark to read it anew`;
    }),
  );
}
