import { defineConfig } from "vitest/config";

/** Where `.ci/run` wants the counts of the tests. */
const report = process.env.TEST_REPORT;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // The end-to-end tests start real processes; on a small, busy machine one may take a while.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: "forks",
    maxWorkers: 2,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
