/**
 * Runs the tests that start the built tap (`test/tap/`) once more on other versions of Node, but for
 * a few:
 *
 *     npm run test:nodes -- [VERSION]…     # 22, 24 and 26, unless told otherwise
 *
 * A version that cannot be had is left out, and named.
 */
import { readdirSync } from "node:fs";
import { execa } from "execa";
import { provideNode } from "./provide-node.ts";

const given = process.argv.slice(2);
const { TEST_REPORT } = process.env;

/** Long tests of what is asked for, which is the same whichever Node asks. */
const anyNode = ["change-histories", "changes", "exports", "seen-changes"];
const tests = readdirSync("test/tap")
  .filter((file) => file.endsWith(".test.ts") && !anyNode.includes(file.replace(".test.ts", "")))
  .map((file) => `test/tap/${file}`);

for (const version of given.length > 0 ? given : ["22", "24", "26"]) {
  const node = await provideNode(version).catch((error: Error) => {
    console.log(`Node ${version} is left out: ${error.message}`);
  });
  if (node === undefined) continue;
  const { stdout } = await execa(node, ["--version"]);
  console.log(`\nThe built tap on Node ${stdout}`);
  const { exitCode } = await execa("vitest", ["run", "--project", "unit", ...tests], {
    preferLocal: true,
    stdio: "inherit",
    reject: false,
    env: {
      TAP_POLAR_TEST_NODE: node,
      ...(TEST_REPORT && { TEST_REPORT: TEST_REPORT.replace(/(?=\.json$)/, `-node-${version}`) }),
    },
  });
  if (exitCode !== 0) process.exitCode = 1;
}
