/**
 * What tests have started and must not outlive them. `test/setup.ts` ends it, whatever became of the
 * test. Not for `test.concurrent`: the end of one test would end what all have started.
 */

type End = () => unknown;

const ofTest: End[] = [];
const ofFile: End[] = [];

/** To be done when the test is over that runs now, or the next one to run. */
export function endWithTest(end: End): void {
  ofTest.push(end);
}

/** To be done when all tests of the file are over. */
export function endWithFile(end: End): void {
  ofFile.push(end);
}

export const endTest = () => endAll(ofTest);
export const endFile = () => endAll(ofFile);

/** The last to be started is the first to end. */
async function endAll(ends: End[]): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}
