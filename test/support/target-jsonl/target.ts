import { isUtf8 } from "node:buffer";
import { jsonlParser } from "stream-json/jsonl/parser.js";
import { type SingerMessage, singerMessage } from "../singer-messages.ts";
import { memberText } from "./member-text.ts";
import { Protocol } from "./protocol.ts";
import type { StreamFiles } from "./stream-files.ts";

const reportedViolations = 20;

/** Stands for a line that is no JSON: the parser's own message would quote the line. */
const notJson = Symbol("not JSON");

/** Takes the lines of a tap: checks each, keeps its records, and hands out its states. */
export class Target {
  /** Records received and found right. */
  records = 0;
  #lines = 0;
  #violations = 0;
  #states: string[] = [];
  readonly #files: StreamFiles;
  readonly #report: (violation: string) => void;
  readonly #protocol = new Protocol();
  readonly #parse = jsonlParser({ errorIndicator: notJson });

  /** `report` is told the first violations, each a line of plain words. */
  constructor(files: StreamFiles, report: (violation: string) => void) {
    this.#files = files;
    this.#report = report;
  }

  receive(line: Buffer): void {
    this.#lines++;
    const message = this.#read(line);
    if (message === undefined) return;
    const wrong = this.#protocol.check(message);
    if (wrong !== undefined) this.#refuse(wrong);
    else this.#keep(message, line);
  }

  /** Checks that the tap may end here, with so many bytes after its last newline. */
  end(unfinishedBytes: number): void {
    if (unfinishedBytes > 0) this.#refuse("the output ends in the middle of the next line");
    const wrong = this.#protocol.end();
    if (wrong !== undefined) this.#refuse(wrong);
  }

  /** The states whose records have all been handed to the files; each is given out once. */
  takeStates(): string[] {
    const states = this.#states;
    this.#states = [];
    return states;
  }

  /** Tells how many violations were left out, and whether there were none. */
  summarize(): boolean {
    const hidden = this.#violations - reportedViolations;
    if (hidden > 0) this.#report(`… and ${hidden} more violations.`);
    return this.#violations === 0;
  }

  #read(line: Buffer): SingerMessage | undefined {
    if (!isUtf8(line)) return this.#refuse("is not UTF-8");
    const item = this.#parse(line.toString());
    if (typeof item === "symbol") return this.#refuse("is empty");
    if (item.value === notJson) return this.#refuse("is not JSON");
    const result = singerMessage.safeParse(item.value);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    return this.#refuse(`${issue?.path.join(".") || "the message"}: ${issue?.message}`);
  }

  #keep(message: SingerMessage, line: Buffer): void {
    switch (message.type) {
      case "SCHEMA":
        this.#files.open(message.stream);
        break;
      case "RECORD": {
        const row = memberText(line, "record");
        if (row?.members !== Object.keys(message.record).length) {
          this.#refuse(`a record of ${message.stream} has the same property twice`);
          break;
        }
        this.#files.add(message.stream, row.text);
        this.records++;
        break;
      }
      case "STATE": {
        const state = memberText(line, "value");
        if (state !== undefined && this.#violations === 0) this.#states.push(state.text.toString());
        break;
      }
    }
  }

  #refuse(wrong: string): undefined {
    this.#violations++;
    if (this.#violations <= reportedViolations) this.#report(`line ${this.#lines}: ${wrong}`);
    return undefined;
  }
}
