import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { meltanoYml } from "../scripts/meltano-yml.ts";

test("examples/meltano/meltano.yml is what `npm run meltano-yml` writes", () => {
  const file = new URL("../examples/meltano/meltano.yml", import.meta.url);

  expect(readFileSync(file, "utf8")).toBe(meltanoYml());
});
