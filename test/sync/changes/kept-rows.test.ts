import { expect, it } from "vitest";
import { KeptRows } from "../../../src/sync/changes/kept-rows.ts";
import { rowsOf } from "../rows.ts";

it("rows are kept byte by byte when their page is gone", () => {
  const kept = new KeptRows();
  const page = rowsOf(
    '[{"id":"a","amount":1.10},{"id":"b","inner":{"of":[1,2]},"big":12345678901234567890}]',
  );
  kept.add(page, 1, { receivedAt: 7 });
  kept.add(page, 0, { receivedAt: 8 });
  page.bytes.fill(0);
  const texts: unknown[] = [];
  for (const { rows, row, page: origin } of kept.rows()) {
    const values = ["id", "amount", "big", "inner"].map((name) => rows.textOf(row, name));
    texts.push([values, origin.receivedAt]);
  }
  expect(texts).toEqual([
    [['"b"', undefined, "12345678901234567890", '{"of":[1,2]}'], 7],
    [['"a"', "1.10", undefined, undefined], 8],
  ]);
  kept.release();
  expect([...kept.rows()]).toEqual([]);
});
