/** What we say to Kubernetes is what it understands, by its own schemas and Dagster's. */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { blocksOf } from "../support/pages.ts";
import { workFolder } from "../support/processes.ts";
import { runProgram } from "./programs.ts";
import { describeWith, toolProgram } from "./tools.ts";

const manifest = fileURLToPath(new URL("../../examples/kubernetes/cronjob.yaml", import.meta.url));

describeWith(["kubernetes"], "examples/kubernetes", () => {
  const validate = (file: string) =>
    runProgram(toolProgram("kubernetes", "kubernetes-validate"), ["--strict", file]);

  test("cronjob.yaml fits the schemas of Kubernetes", async () => {
    const text = readFileSync(manifest, "utf8");
    const { stdout, stderr, exitCode } = await validate(manifest);

    expect(exitCode, stdout + stderr).toBe(0);
    expect((stdout + stderr).match(/passed for resource/g)).toHaveLength(
      parseAllDocuments(text).length,
    );
  });

  test("a name that is misspelt would be noticed", async () => {
    const file = join(await workFolder(), "misspelt.yaml");
    await writeFile(file, readFileSync(manifest, "utf8").replace("backoffLimit", "backOffLimit"));

    const { stdout, stderr, exitCode } = await validate(file);

    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain("'backOffLimit' was unexpected");
  });

  test("the run launcher of docs/many-organizations.md fits Dagster's schema", async () => {
    const [block] = blocksOf("docs/many-organizations.md").filter(
      ({ comment }) => comment === "run launcher",
    );
    const file = join(await workFolder(), "launcher.yaml");
    await writeFile(file, block?.text ?? "");
    const reader = fileURLToPath(new URL("readers/dagster_launcher.py", import.meta.url));

    const { stdout, stderr } = await runProgram(toolProgram("kubernetes", "python"), [
      reader,
      file,
    ]);

    expect(stdout, stderr).toBe("K8sRunLauncher: valid");
  });
});
