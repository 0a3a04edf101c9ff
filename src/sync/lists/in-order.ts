/**
 * Calls `request` for each item, several at a time, and yields item and answer in the order of the
 * items. `onAllRequested` hears when the last call has been made.
 */
export async function* inOrder<Item, Answer>(
  items: readonly Item[],
  request: (item: Item) => Promise<Answer>,
  readAhead: number,
  onAllRequested: () => void,
): AsyncGenerator<readonly [Item, Answer], void> {
  const pending: { item: Item; answer: Promise<Answer> }[] = [];
  let next = 0;
  for (;;) {
    while (next < items.length && pending.length < readAhead) {
      const item = items[next++];
      if (item === undefined) continue;
      const answer = request(item);
      // If an earlier one fails this one is never awaited; its failure is then nobody's.
      answer.catch(() => undefined);
      pending.push({ item, answer });
    }
    if (next === items.length) onAllRequested();
    const first = pending.shift();
    if (!first) return;
    yield [first.item, await first.answer];
  }
}
