import type { SelectedStream } from "../../singer/selection.ts";
import type { Stream } from "../../streams/define.ts";

/** A selected stream and its declaration. */
export interface SelectedDeclaration {
  readonly declaration: Stream;
  readonly selection: SelectedStream;
}
