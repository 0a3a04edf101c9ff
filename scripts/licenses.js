/** The licences of what a bundle holds, as one text. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The licences of the packages whose files are among `inputs` (paths, as esbuild's metafile has
 * them) and of `others`, which reach the bundle in another way.
 */
export function licensesOf(inputs, others = []) {
  const bundled = inputs.map((path) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[0]);
  const folders = new Set([...bundled, ...others.map((name) => `node_modules/${name}`)]);
  folders.delete(undefined);
  return [...folders].sort().map(licenseOf).join("\n");
}

function licenseOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
  if (files.length === 0) throw new Error(`${folder} is bundled, but holds no licence.`);
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  return `${"=".repeat(80)}\n${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
}
