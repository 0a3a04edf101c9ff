import { readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { beforeEach, describe, expect, test } from "vitest";
import { hubYml } from "../scripts/hub.ts";
import { meltanoYml } from "../scripts/meltano-yml.ts";
import { blocksOf } from "./support/pages.ts";
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

  test("says what is not found, and where it looked", async () => {
    await command("tap-polar", "exit 0");
    for (const [path, missing] of [
      ["/usr/bin:/bin", "tap-polar"],
      [`${folder}:/usr/bin:/bin`, "some-target"],
    ]) {
      const options = { cwd: folder, env: { PATH: path }, extendEnv: false, reject: false };
      const { exitCode, stderr } = await execa(script, ["some-target"], options);
      expect({ exitCode, stderr }).toEqual({
        exitCode: 2,
        stderr: `${missing} is not found; PATH is ${path}`,
      });
    }
  });

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

describe("docs/scheduling.md", () => {
  const blocks = blocksOf("docs/scheduling.md");
  const blockAfter = (comment: string) =>
    blocks.find((block) => block.comment === comment)?.text ?? "";
  let folder: string;

  /** A tap that tells what it was given, and a target that prints a state and ends with a code. */
  beforeEach(async () => {
    folder = await workFolder();
    await mkdir(join(folder, "venv/bin"), { recursive: true });
    await program("tap-polar", 'echo "$@" >>arguments; echo record');
    await copyFile(new URL("../examples/shell/sync.sh", import.meta.url), join(folder, "sync.sh"));
  });

  async function program(name: string, text: string): Promise<void> {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(folder, name), 0o755);
  }
  const target = (text: string) => program("venv/bin/target-postgres", text);
  const content = (name: string) => readFile(join(folder, name), "utf8");

  /** Runs a command with nothing but these folders on PATH. */
  const run = (command: string, path: string) =>
    execa("sh", ["-c", command], {
      cwd: folder,
      env: { PATH: path },
      extendEnv: false,
      reject: false,
    });

  test("the state snippet works in the first run, and keeps the state when the target fails", async () => {
    const snippet = blockAfter("state snippet");
    const path = `${folder}:${process.env.PATH}`;
    await target(`cat >/dev/null; echo '{"at":1}'; echo '{"at":2}'`);
    expect((await run(snippet, path)).exitCode).toBe(0);
    expect(await content("state.json")).toBe('{"at":2}\n');

    for (const text of [`echo '{"at":3}'; exit 1`, "exit 1", "exit 0"]) {
      await target(`cat >/dev/null; ${text}`);
      await run(snippet, path);
      expect(await content("state.json")).toBe('{"at":2}\n');
    }
    expect(await content("arguments")).toContain("--state state.json");
  });

  test("the crontab runs where cron knows nothing of the shell", async () => {
    const [path = "", line = ""] = blockAfter("crontab").split("\n");
    expect(path).toMatch(/^PATH=\/usr\/local\/bin:/);
    const command = line.replace(/^(\S+ ){5}/, "").replace("/srv/polar", folder);
    await target(`cat >/dev/null; echo '{"at":1}'`);

    const own = path.replace("PATH=/usr/local/bin", folder);
    expect((await run(command, own)).exitCode).toBe(0);
    expect(await content("state.json")).toBe('{"at":1}\n');

    expect((await run(command, "/usr/bin:/bin")).exitCode).toBe(2);
    expect(await content("sync.log")).toContain("tap-polar is not found; PATH is /usr/bin:/bin");
  });
});

test("config.sample.json cuts nothing", () => {
  const sample: unknown = JSON.parse(
    readFileSync(new URL("../config.sample.json", import.meta.url), "utf8"),
  );
  expect(sample).toEqual({ access_token: "polar_oat_replace_me", environment: "production" });
});
