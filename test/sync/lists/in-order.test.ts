import { describe, expect, it } from "vitest";
import { inOrder } from "../../../src/sync/lists/in-order.ts";

/** Calls that end when the test says so. */
function manualCalls() {
  const calls = new Map<
    number,
    { resolve: (answer: string) => void; reject: (e: Error) => void }
  >();
  const request = (item: number) =>
    new Promise<string>((resolve, reject) => void calls.set(item, { resolve, reject }));
  return { calls, request };
}

describe("calls in order", () => {
  it("yield in the order of the items, whichever ends first", async () => {
    const { calls, request } = manualCalls();
    const answers = inOrder([1, 2, 3], request, 3, () => undefined);

    const first = answers.next();
    for (const item of [3, 2, 1]) calls.get(item)?.resolve(`answer ${item}`);

    expect(await first).toEqual({ done: false, value: [1, "answer 1"] });
    expect(await answers.next()).toEqual({ done: false, value: [2, "answer 2"] });
    expect(await answers.next()).toEqual({ done: false, value: [3, "answer 3"] });
    expect(await answers.next()).toEqual({ done: true, value: undefined });
  });

  it("are never more than asked for, and are kept going", async () => {
    const called: number[] = [];
    const request = async (item: number) => void called.push(item);
    const answers = inOrder([1, 2, 3, 4, 5], request, 2, () => undefined);

    await answers.next();
    expect(called).toEqual([1, 2]);
    await answers.next();
    expect(called).toEqual([1, 2, 3]);
  });

  it.each([
    { items: [1, 2, 3, 4], heardAt: 3 },
    { items: [1], heardAt: 1 },
    { items: [], heardAt: 0 },
  ])("tell when the last of $items has been made", async ({ items, heardAt }) => {
    let heard = -1;
    let taken = 0;
    const request = async (item: number) => item;
    const onAllRequested = () => {
      if (heard === -1) heard = taken;
    };
    for await (const _ of inOrder(items, request, 2, onAllRequested)) taken++;
    // The first two are called before anything is taken.
    expect(heard).toBe(Math.max(0, heardAt - 1));
  });

  it("fail when the failure's turn comes, and leave no other one behind", async () => {
    const { calls, request } = manualCalls();
    const answers = inOrder([1, 2, 3], request, 3, () => undefined);

    const first = answers.next();
    calls.get(2)?.reject(new Error("two"));
    calls.get(3)?.reject(new Error("three"));
    calls.get(1)?.resolve("one");

    expect((await first).value).toEqual([1, "one"]);
    await expect(answers.next()).rejects.toThrow("two");
    expect((await answers.next()).done).toBe(true);
  });
});
