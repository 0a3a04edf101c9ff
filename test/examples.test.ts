import { readFileSync } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { beforeEach, describe, expect, test } from "vitest";
import { hubYml } from "../scripts/hub.ts";
import { meltanoYml } from "../scripts/meltano-yml.ts";
import { workFolder } from "./support/processes.ts";

test("examples/meltano/meltano.yml is what `npm run meltano-yml` writes", () => {
  const file = new URL("../examples/meltano/meltano.yml", import.meta.url);

  expect(readFileSync(file, "utf8")).toBe(meltanoYml());
});

test("hub/tap-polar.yml is what `npm run hub` writes", () => {
  const file = new URL("../hub/tap-polar.yml", import.meta.url);

  expect(readFileSync(file, "utf8")).toBe(hubYml());
});

describe("examples/shell/sync.sh", () => {
  const script = fileURLToPath(new URL("../examples/shell/sync.sh", import.meta.url));
  let folder: string;

  beforeEach(async () => {
    folder = await workFolder();
  });

  async function command(name: string, text: string): Promise<void> {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(folder, name), 0o755);
  }

  /** Runs the script with a tap that ends with one code, and a target that ends with the other. */
  async function sync(tap: number, target: number, states: readonly string[]): Promise<number> {
    const printed = states.map((state) => `echo '${state}'`).join("\n");
    await command("tap-polar", `echo "$@" >>arguments\necho record\nexit ${tap}`);
    await command("some-target", `cat >loaded\n${printed}\nexit ${target}`);
    const { exitCode } = await execa(script, ["some-target", "--option"], {
      cwd: folder,
      env: { PATH: `${folder}:${process.env.PATH}` },
      reject: false,
    });
    return exitCode ?? -1;
  }

  const content = (name: string) => readFile(join(folder, name), "utf8");

  test("keeps the last state, and gives it to the next run", async () => {
    await writeFile(join(folder, "catalog.json"), "{}");
    expect(await sync(0, 0, ['{"at":1}', '{"at":2}'])).toBe(0);
    expect(await content("state.json")).toBe('{"at":2}\n');
    expect(await content("loaded")).toBe("record\n");

    expect(await sync(0, 0, ['{"at":3}'])).toBe(0);
    expect(await content("state.json")).toBe('{"at":3}\n');
    const always = "--config config.json --catalog catalog.json";
    expect(await content("arguments")).toBe(`${always}\n${always} --state state.json\n`);
  });

  test("leaves the state as it was when the target fails, whatever the tap does", async () => {
    await sync(0, 0, ['{"at":1}']);

    expect(await sync(0, 3, ['{"at":2}'])).toBe(3);
    expect(await sync(1, 3, ['{"at":2}'])).toBe(3);
    expect(await content("state.json")).toBe('{"at":1}\n');
  });

  test("keeps the state of a tap that failed, and its exit code", async () => {
    expect(await sync(1, 0, ['{"at":1}'])).toBe(1);
    expect(await content("state.json")).toBe('{"at":1}\n');
  });

  test("leaves the state as it was when there is no new one", async () => {
    await sync(0, 0, ['{"at":1}']);

    expect(await sync(0, 0, [])).toBe(0);
    expect(await content("state.json")).toBe('{"at":1}\n');
  });
});
