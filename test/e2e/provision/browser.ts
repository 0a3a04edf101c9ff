/**
 * A browser that needs no screen: the one that TAP_POLAR_TEST_BROWSER names, else one of our own, from
 * the npm package @sparticuz/chromium (72 MB, fetched once; 200 MB unpacked).
 */
import { existsSync, readFileSync } from "node:fs";
import { copyFile, mkdir, rm } from "node:fs/promises";
import { arch, platform } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { lastWords, type Missing } from "./missing.ts";
import { cacheFolder, makeOnce } from "./python.ts";

export interface Browser {
  /** A Chromium or Chrome. */
  readonly program: string;
  /** Added to its environment. */
  readonly env: Readonly<Record<string, string>>;
}

const source = fileURLToPath(new URL("../chromium/", import.meta.url));

export async function provideBrowser(): Promise<Browser | Missing> {
  const given = process.env.TAP_POLAR_TEST_BROWSER;
  if (given !== undefined && given !== "") {
    if (existsSync(given)) return { program: given, env: {} };
    return { missing: "what TAP_POLAR_TEST_BROWSER names is not there" };
  }
  if (platform() !== "linux" || arch() !== "x64") {
    return { missing: `for ${platform()} on ${arch()}, TAP_POLAR_TEST_BROWSER must name a Chrome` };
  }
  try {
    const folder = await install();
    const libraries = join(folder, "al2023", "lib");
    const browser = { program: join(folder, "chromium"), env: { LD_LIBRARY_PATH: libraries } };
    // It starts, unless a library is missing that it does not bring.
    await execa(browser.program, ["--no-sandbox", "--version"], { env: browser.env });
    return browser;
  } catch (error) {
    return { missing: `there is no browser, and none could be installed: ${lastWords(error)}` };
  }
}

/** The folder that the package has been unpacked into. */
function install(): Promise<string> {
  const files = ["package.json", "package-lock.json"].map((name) => join(source, name));
  const folder = cacheFolder("chromium", ...files.map((file) => readFileSync(file, "utf8")));
  return makeOnce(folder, async () => {
    await mkdir(folder);
    for (const file of files) await copyFile(file, file.replace(source, `${folder}/`));
    await execa("npm", ["ci", "--ignore-scripts"], { cwd: folder });
    // It unpacks into the temporary folder; its libraries only where it takes this for AWS Lambda.
    const script = 'import("@sparticuz/chromium").then(({ default: it }) => it.executablePath())';
    const env = { TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: "nodejs20.x" };
    await execa(process.execPath, ["--eval", script], { cwd: folder, env });
    await rm(join(folder, "node_modules"), { recursive: true });
  });
}
