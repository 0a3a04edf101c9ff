import { defineConfig } from "vitest/config";

/** Where `.ci/run` wants the counts of the tests. */
const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**"],
          // Files share the modules that they import: to load them anew took half of the time. What a
          // test starts or changes must end with it, and no module but a file of tests has hooks.
          isolate: false,
        },
      },
      {
        // Meltano, target-postgres and the like. What they need is made only when one of these runs.
        extends: true,
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "test/e2e/global-setup.ts",
          // A run of Meltano takes seconds, and on a busy machine much longer.
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
    // The end-to-end tests start real processes; on a small, busy machine one may take a while.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    setupFiles: "test/setup.ts",
    pool: "forks",
    maxWorkers: 2,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
