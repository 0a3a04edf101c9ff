/** Airflow takes the DAGs of docs/scheduling.md as they stand there. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { blocksOf } from "../support/pages.ts";
import { workFolder } from "../support/processes.ts";
import { type ProgramEnding, runProgram } from "./programs.ts";
import { describeWith, toolProgram } from "./tools.ts";

describeWith(["airflow"], "docs/scheduling.md in Airflow", () => {
  let folder: string;

  const airflow = (...args: readonly string[]): Promise<ProgramEnding> =>
    runProgram(toolProgram("airflow", "airflow"), args, {
      cwd: folder,
      env: {
        AIRFLOW_HOME: folder,
        AIRFLOW__CORE__LOAD_EXAMPLES: "False",
        AIRFLOW__USAGE_DATA_COLLECTION__ENABLED: "False",
        AIRFLOW_VAR_POLAR_TOKEN_ACME: "the token of acme",
      },
    });

  beforeAll(async () => {
    folder = await workFolder();
    await mkdir(join(folder, "dags"));
    const dags = blocksOf("docs/scheduling.md").filter(({ comment }) => comment === "airflow");
    expect(dags).toHaveLength(2);
    for (const [at, { text }] of dags.entries()) {
      await writeFile(join(folder, "dags", `dag_${at}.py`), text.replaceAll("/srv/polar", folder));
    }
    const { exitCode, stderr } = await airflow("db", "migrate");
    expect(exitCode, stderr).toBe(0);
  });

  test("the one with Meltano is rendered", async () => {
    const { stdout, stderr } = await airflow("tasks", "render", "polar", "acme", "2026-01-01");

    expect(stdout, stderr).toContain(
      `cd ${folder} && meltano run polar-to-postgres --state-id-suffix=acme`,
    );
    expect(stdout).toContain("'TAP_POLAR_ACCESS_TOKEN': 'the token of acme'");
    expect(stdout).toContain("'TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA': 'polar_acme'");
  });

  test.each([
    [1, "up_for_retry"],
    [2, "failed"],
  ])("the one without it makes of exit code %i a task that is %s", async (code, state) => {
    const script = join(folder, "acme", "sync.sh");
    await mkdir(join(folder, "acme"), { recursive: true });
    await writeFile(script, `#!/bin/sh\nexit ${code}\n`);
    await chmod(script, 0o755);

    const { stdout, stderr } = await airflow("tasks", "test", "polar_sync", "acme");

    expect(/new_state=(\w+)/.exec(stdout + stderr)?.[1], stderr).toBe(state);
  });
});
