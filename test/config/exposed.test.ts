/** Of a file that holds the token, and that others can read, a warning tells. */
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { isOpenToAll } from "../../src/config/exposed.ts";
import { namedPipe, workFolder } from "../support/processes.ts";
import { runTap } from "../support/run-tap.ts";

/** A file with this mode, in a folder that everybody can enter. */
async function fileWith(mode: number, content: object = {}): Promise<string> {
  const folder = await workFolder();
  await chmod(folder, 0o755);
  const file = join(folder, "config.json");
  await writeFile(file, JSON.stringify(content));
  await chmod(file, mode);
  return file;
}

// Elsewhere the folder for temporary files may belong to one user.
describe.skipIf(process.platform !== "linux")("a file is open to all", () => {
  test.each([0o644, 0o604, 0o666])("with the mode %o", async (mode) => {
    expect(isOpenToAll(await fileWith(mode))).toBe(true);
  });

  test.each([0o600, 0o640, 0o400, 0o622])("not with the mode %o", async (mode) => {
    expect(isOpenToAll(await fileWith(mode))).toBe(false);
  });

  test("not in a folder that nobody else can enter, however deep", async () => {
    const file = await fileWith(0o644);
    const folder = await workFolder();
    await mkdir(join(folder, "open"));
    const inner = join(folder, "open", "config.json");
    await writeFile(inner, "{}");

    expect(isOpenToAll(inner)).toBe(false);
    await symlink(file, join(folder, "link.json"));
    expect(isOpenToAll(join(folder, "link.json"))).toBe(true);
  });

  test("not when it is a pipe, or has no place", async () => {
    const pipe = await namedPipe();
    await chmod(dirname(pipe), 0o755);
    await chmod(pipe, 0o644);
    expect(isOpenToAll(pipe)).toBe(false);
    expect(isOpenToAll("/dev/fd/99")).toBe(false);
  });

  test("a discovery with a token in it warns once, and tells what to do", async () => {
    const file = await fileWith(0o644, { access_token: "polar_oat_Zx81TestOnly" });
    const args = ["--config", file, "--discover"];
    const warnings = ({ stderr }: { readonly stderr: string }) => stderr.match(/WARNING .*/g) ?? [];

    expect(warnings(await runTap({ args }))).toEqual([
      `WARNING ${file}: holds the access token, and every user of this machine can read it; chmod 600 it, or chmod 700 its folder`,
    ]);
    await chmod(file, 0o600);
    expect(warnings(await runTap({ args }))).toEqual([]);
  });

  test("one without a token is nobody's secret", async () => {
    const args = ["--config", await fileWith(0o644, { page_size: 10 }), "--discover"];

    expect((await runTap({ args })).stderr).not.toContain("WARNING");
  });
});
