/** Makes the Python wheel from `python/` and the bundle in `dist/`. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

/** Makes the wheel with pip of this Python, into this folder, and returns its path. */
export async function buildWheel(python: string, folder: string): Promise<string> {
  const source = fileURLToPath(new URL("../python", import.meta.url));
  const pip = ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"];
  await execa(python, [...pip, "--no-deps", "--wheel-dir", folder, source]);
  const wheel = readdirSync(folder).find((name) => /^tap_polar-.*\.whl$/.test(name));
  if (wheel === undefined) throw new Error(`pip made no wheel in ${folder}.`);
  return join(folder, wheel);
}

if (process.argv[1] === import.meta.filename) console.log(await buildWheel("python3", "dist"));
