import { describe, expect, it } from "vitest";
import { httpDate } from "../../src/polar/http-date.ts";

describe("httpDate", () => {
  it("reads the date of an answer, also in the two older forms that have a weekday and GMT", () => {
    const time = Date.parse("2026-08-01T12:00:30Z");

    expect(httpDate("Sat, 01 Aug 2026 12:00:30 GMT")).toBe(time);
    expect(httpDate("Saturday, 01-Aug-26 12:00:30 GMT")).toBe(time);
  });

  it.each([
    ...["7", "1,5", "2026", "2026-08-01T12:00:00Z", "soon", "", undefined],
    ...["Sat, 01 Jan 10000 00:00:00 GMT", "Wed, 31 Dec 1969 23:59:59 GMT", "Sat, 40 Aug 2026 GMT"],
  ])("takes %j for none", (header) => {
    expect(httpDate(header)).toBeNaN();
  });
});
