// Bundles each command into one executable file: one file to read is most of what makes start-up
// fast, and Meltano starts the tap for every discovery.
import { chmodSync } from "node:fs";
import { build } from "esbuild";

/** Bundles the command whose source starts at `entry` into `outfile`. */
async function bundle(entry, outfile) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20.18",
    format: "esm",
    legalComments: "none",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "warning",
    // Some of our dependencies are CommonJS and expect `require` to exist.
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);',
    },
  });
  chmodSync(outfile, 0o755);
}

await bundle("src/tap.ts", "dist/tap.js");
// For the demo and the tests; the package does not contain it.
await bundle("test/support/target-jsonl.ts", "dist/target-jsonl.js");
