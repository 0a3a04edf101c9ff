import { PassThrough, Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { TargetClosedError } from "../../src/shared/errors.ts";
import { MessageWriter } from "../../src/singer/writer.ts";

/** A target that takes one chunk whenever it is told to. */
function slowTarget() {
  const received: Buffer[] = [];
  let done: ((error?: Error | null) => void) | undefined;
  const output = new Writable({
    highWaterMark: 1,
    write(chunk, _, callback) {
      received.push(chunk);
      done = callback;
    },
  });
  const answer = async (error?: Error) => {
    done?.(error);
    await new Promise(setImmediate);
  };
  return { output, received, answer };
}

const broken = (code: string) => Object.assign(new Error(`write ${code}`), { code });

describe("MessageWriter", () => {
  it("writes chunks in order, without copying them", async () => {
    const received: unknown[] = [];
    const output = new Writable({
      write(chunk, _, done) {
        received.push(chunk);
        done();
      },
    });
    const writer = new MessageWriter(output);
    const chunk = Buffer.from("a\n");
    await writer.write(chunk);
    await Promise.all([writer.write("b\n"), writer.write("c\n")]);
    await writer.finish();
    expect(received[0]).toBe(chunk);
    expect(received.join("")).toBe("a\nb\nc\n");
  });

  it("resolves when the chunk is taken, not before", async () => {
    const { output, answer } = slowTarget();
    const writer = new MessageWriter(output);
    const events: string[] = [];
    const first = writer.write("1\n").then(() => events.push("first"));
    const second = writer.write("2\n").then(() => events.push("second"));
    const finished = writer.finish().then(() => events.push("finished"));
    await new Promise(setImmediate);
    expect(events).toEqual([]);
    await answer();
    expect(events).toEqual(["first"]);
    await answer();
    await Promise.all([first, second, finished]);
    expect(events).toEqual(["first", "second", "finished"]);
  });

  it.each(["EPIPE", "ECONNRESET"])("tells of a target that is gone: %s", async (code) => {
    const { output, received, answer } = slowTarget();
    const writer = new MessageWriter(output);
    const first = writer.write("1\n");
    const second = writer.write("2\n");
    const outcomes = Promise.allSettled([first, second]);
    await answer(broken(code));
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: "rejected", reason: expect.any(TargetClosedError) });
    }
    await expect(writer.write("3\n")).rejects.toBeInstanceOf(TargetClosedError);
    await expect(writer.finish()).rejects.toBeInstanceOf(TargetClosedError);
    expect(received.join("")).toBe("1\n");
  });

  it("tells of a stream that closed in between", async () => {
    const output = new PassThrough();
    const writer = new MessageWriter(output);
    output.destroy();
    await new Promise(setImmediate);
    await expect(writer.write("1\n")).rejects.toThrow("The target closed its input");
  });

  it("tells of other failures by their code", async () => {
    const { output, answer } = slowTarget();
    const written = new MessageWriter(output).write("1\n");
    const outcome = expect(written).rejects.toThrow("Writing to stdout failed (ENOSPC)");
    await answer(broken("ENOSPC"));
    await outcome;
  });

  it("does not end the process when nobody awaits a failed write", async () => {
    const { output, answer } = slowTarget();
    const writer = new MessageWriter(output);
    void writer.write("1\n");
    await answer(broken("EPIPE"));
    await expect(writer.finish()).rejects.toBeInstanceOf(TargetClosedError);
  });
});
