/** The summary of a sync: for people at the end of the log, for programs as a file. */
import { accessSync, constants, lstatSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod";
import { errorCode, TapError, UserInputError } from "../shared/errors.ts";
import { VERSION } from "../shared/program.ts";
import { incompleteOf, type StreamSummary } from "../sync/engine/run-progress.ts";
import { count, counted, table } from "./table.ts";
import { missingScopesOf } from "./verdict.ts";

const number = () => z.int().nonnegative();

/** What the file holds; docs/summary.schema.json is made of this. */
export const summaryShape = z
  .object({
    tap_version: z.string(),
    started_at: z.iso.datetime().describe("By the clock of the machine, in UTC."),
    seconds: z.number().nonnegative().describe("How long the whole run took."),
    exit_code: z
      .int()
      .describe(
        "0: all streams are complete. 1: another run may mend what is not. 2: a person is needed. " +
          "130 and 143: interrupted.",
      ),
    complete: z.boolean().describe("Whether every selected stream is complete."),
    message: z
      .string()
      .nullable()
      .describe("The last sentence of the log, which says what is wrong; null if nothing is."),
    rows: number().describe("Records that were written, of all streams together."),
    requests: number().describe("Requests to Polar, each try counted."),
    missing_scopes: z.array(z.string()).describe("Scopes that the access token lacks."),
    streams: z
      .array(
        z.object({
          stream: z.string(),
          complete: z.boolean(),
          rows: number().describe("Records that were written: all, or those that have changed."),
          requests: number().describe(
            "0 where the rows came along with those of the stream before it.",
          ),
          seconds: z
            .number()
            .nonnegative()
            .describe("How long its turn to be written took. Requests may have begun before."),
          problem: z.string().nullable().describe("Why it is not complete; null if it is."),
        }),
      )
      .describe("The selected streams, in the order in which they were written."),
  })
  .describe("How a sync of tap-polar has ended: what --summary FILE writes.");

export type Summary = z.infer<typeof summaryShape>;

/** How a run has ended. */
export interface End {
  readonly exitCode: number;
  readonly message: string | undefined;
  /** When it began, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly seconds: number;
  readonly streams: readonly StreamSummary[];
}

export function summaryOf({ exitCode, message, startedAt, seconds, streams }: End): Summary {
  const incomplete = incompleteOf(streams);
  const problems = new Map(incomplete.map(({ stream, problem }) => [stream, problem]));
  return {
    tap_version: VERSION,
    started_at: new Date(startedAt).toISOString(),
    seconds: rounded(seconds),
    exit_code: exitCode,
    complete: exitCode === 0,
    message: message ?? null,
    rows: sum(streams.map(({ rows }) => rows)),
    requests: sum(streams.map(({ requests }) => requests)),
    missing_scopes: missingScopesOf(incomplete),
    streams: streams.map(({ stream, ...one }) => ({
      stream,
      complete: !problems.has(stream),
      rows: one.rows,
      requests: one.requests,
      seconds: rounded(one.seconds),
      problem: problems.get(stream) ?? null,
    })),
  };
}

/** A line for each stream, and one for all of them. */
export function summaryLines({ streams, rows, requests, seconds }: Summary): string[] {
  const lines = streams.map((one) => [
    one.stream,
    count(one.rows),
    count(one.requests),
    one.seconds.toFixed(1),
    one.problem ?? "complete",
  ]);
  const complete = streams.filter((one) => one.complete).length;
  return [
    ...table(["Stream", ">Rows", ">Requests", ">Seconds", ""], lines).trimEnd().split("\n"),
    `${complete} of ${counted(streams.length, "stream")} complete: ${counted(rows, "row")}, ` +
      `${counted(requests, "request")}, ${seconds.toFixed(1)} s`,
  ];
}

/**
 * The file that a summary goes to. One of the run before goes away, so that nobody takes it for this
 * run's.
 * @throws UserInputError when it can't be written
 */
export class SummaryFile {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    try {
      accessSync(dirname(path), constants.W_OK);
    } catch (error) {
      throw new UserInputError(`summary: ${path} can't be written (${errorCode(error)})`);
    }
    const isFile = lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
    if (!isFile) throw new UserInputError(`summary: ${path} is no ordinary file`);
    rmSync(path, { force: true });
  }

  /** Writes it at once: whoever looks meanwhile sees nothing, or all of it. */
  write(text: string): void {
    const draft = `${this.#path}.${process.pid}`;
    try {
      writeFileSync(draft, text);
      renameSync(draft, this.#path);
    } catch (error) {
      throw new TapError(`The summary can't be written to ${this.#path} (${errorCode(error)}).`);
    }
  }
}

/** Seconds, to the millisecond. */
const rounded = (seconds: number): number => Math.round(seconds * 1_000) / 1_000;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
