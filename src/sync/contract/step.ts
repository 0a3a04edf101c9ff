import type { ExitCode } from "../../shared/errors.ts";
import type { BookmarkFields } from "../../singer/state.ts";

/** What a stream's sync has for the target, in the order in which it must be written. */
export type Step =
  /** RECORD lines; the memory is valid until the next step is asked for. */
  | {
      readonly kind: "records";
      readonly stream: string;
      readonly count: number;
      readonly lines: Uint8Array;
      /** Selected columns that no row has had so far, not even as null. */
      readonly unseenColumns: readonly string[];
    }
  /** What to set in the stream's bookmark: it covers what came before. */
  | { readonly kind: "bookmark"; readonly stream: string; readonly bookmark: BookmarkFields }
  /** A good moment for a STATE message. */
  | { readonly kind: "checkpoint" }
  /** The sweep of this version is proven whole. */
  | { readonly kind: "activate"; readonly stream: string; readonly version: number };

/** How a stream's sync has ended. */
export interface Outcome {
  readonly stream: string;
  /** Why the stream is incomplete, in one sentence; undefined when it is complete. */
  readonly problem: string | undefined;
  /** 2 when only a person can mend that; otherwise another run may. */
  readonly exitCode?: ExitCode;
  /** The scope of the token that would mend it. */
  readonly missingScope?: string;
}

/** Several problems in one text; undefined when there is none. */
export function allOf(...problems: readonly (string | undefined)[]): string | undefined {
  return problems.filter((problem) => problem !== undefined).join(" ") || undefined;
}

/** The sync of one stream, or of several that are fed by the same pages. */
export type Sync = AsyncGenerator<Step, readonly Outcome[], void>;
