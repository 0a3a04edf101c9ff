// Runs for each file of tests, also where these share the modules that they import.
import { afterAll, afterEach } from "vitest";
import { endFile, endTest } from "./support/endings.ts";

afterEach(endTest);
afterAll(async () => {
  await endTest();
  await endFile();
});
