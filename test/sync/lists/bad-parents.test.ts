import { describe, expect, it } from "vitest";
import {
  BlockedError,
  NotPermittedError,
  RefusedRequestError,
  ServerError,
  UnauthorizedError,
  UnavailableError,
  UnreachableError,
} from "../../../src/polar/errors.ts";
import { BadParents, isOfOneParent, ServerGuard } from "../../../src/sync/lists/bad-parents.ts";

describe("a failure may be that of one parent alone", () => {
  it.each([
    [new ServerError("500"), true],
    [new UnavailableError("503"), true],
    [new RefusedRequestError("422"), true],
    [new NotPermittedError("403"), true],
    [new UnauthorizedError("401"), false],
    [new BlockedError("a web page"), false],
    [new UnreachableError("no network"), false],
    [new Error("our own"), false],
  ])("%s: %s", (error, isSo) => {
    expect(isOfOneParent(error)).toBe(isSo);
  });
});

describe("a server that fails whatever it is asked", () => {
  const failure = new ServerError("500");
  const unavailable = new UnavailableError("503");

  /** Whether each failure is one too many. */
  const tooMany = (...failures: readonly (ServerError | UnavailableError | undefined)[]) => {
    const guard = new ServerGuard();
    return failures.map((one) => {
      if (one) return guard.failed(one);
      guard.answered();
      return undefined;
    });
  };

  it("is told by the tenth failure in a row", () => {
    const nine = new Array<ServerError>(9).fill(failure);
    expect(tooMany(...nine, failure).indexOf(true)).toBe(9);
    expect(tooMany(...nine, undefined, ...nine)).not.toContain(true);
  });

  it("is told by the second in a row that took all tries", () => {
    expect(tooMany(unavailable, unavailable)).toEqual([false, true]);
    expect(tooMany(unavailable, failure, unavailable)).toEqual([false, false, false]);
    expect(tooMany(unavailable, undefined, unavailable)).toEqual([false, undefined, false]);
  });
});

describe("bad parents", () => {
  const parent = (id: number | string) => ({ stream: "customers", id: String(id) });

  const badOnes = (count: number) => {
    const bad = new BadParents("payment_methods");
    for (let id = 1; id <= count; id++) bad.add(parent(id), `reason ${id}`);
    return bad;
  };

  it("are no problem when there are none, or none any more", () => {
    expect(badOnes(0).problem).toBeUndefined();
    const bad = badOnes(1);
    bad.delete(parent(1));
    expect([bad.problem, bad.has(parent(1)), bad.remembered]).toEqual([undefined, false, []]);
  });

  it("are told in one sentence, with the first failure", () => {
    expect(badOnes(2).problem).toBe(
      "payment_methods of 2 customers can't be read (1, 2); the others are complete, and the next " +
        "run tries these again. The first failure: reason 1",
    );
  });

  it("are named as far as that helps", () => {
    expect(badOnes(5).problem).toContain("(1, 2, 3, 4, 5);");
    expect(badOnes(6).problem).toContain("of 6 customers can't be read (1, 2, 3, 4, 5, …);");
  });

  it("count once each, by stream and id", () => {
    const bad = badOnes(2);
    bad.add(parent(1), "again");
    bad.add({ stream: "orders", id: "1" }, "an order");
    expect(bad.problem).toContain("of 3 customers and orders can't be read");
  });

  it("are remembered up to a hundred, and nobody may pass by the others", () => {
    expect([badOnes(100).remembered.length, badOnes(100).areTooMany]).toEqual([100, false]);
    expect([badOnes(101).remembered.length, badOnes(101).areTooMany]).toEqual([100, true]);
  });
});
