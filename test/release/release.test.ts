/** What scripts/release.sh refuses; what it makes is looked at in packages.test.ts and e2e. */
import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { expect, test } from "vitest";
import { workFolder } from "../support/processes.ts";

const script = fileURLToPath(new URL("../../scripts/release.sh", import.meta.url));

async function release(tag: string, changelog: string) {
  const folder = await workFolder();
  await mkdir(join(folder, "scripts"));
  await cp(script, join(folder, "scripts/release.sh"));
  await writeFile(join(folder, "package.json"), '{"version": "1.2.3"}');
  await writeFile(join(folder, "CHANGELOG.md"), changelog);
  const args = [tag, join(folder, "release")];
  return execa(join(folder, "scripts/release.sh"), args, { reject: false });
}

test.each([
  ["v1.2.4", "## 1.2.3\n\n- New.\n", "The tag is v1.2.4, but package.json has 1.2.3."],
  ["v1.2.3", "## Unreleased\n\n- New.\n", 'CHANGELOG.md has no section "## 1.2.3".'],
  ["v1.2.3", "## 1.2.3\n\n## 1.2.2\n\n- Old.\n", 'CHANGELOG.md has no section "## 1.2.3".'],
])("%s with %j is refused", async (tag, changelog, told) => {
  expect(await release(tag, changelog)).toMatchObject({ exitCode: 2, stderr: told });
});
