// Bundles each command into one executable file: one file to read is most of what makes start-up
// fast, and Meltano starts the tap for every discovery. To measure another scanner of JSON, a folder
// for the bundles and the module that holds it can be named: --outdir FOLDER --scanner MODULE.
import { chmodSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import asc from "assemblyscript/asc";
import { build } from "esbuild";
import { licensesOf } from "./licenses.js";

/** Compiles a file to WebAssembly, and writes it as a module of the source that can be bundled. */
async function compile(entry, module, constant) {
  let wasm;
  const { error, stderr } = await asc.main(
    [entry, "--outFile", "out.wasm", "--runtime", "stub", "--enable", "simd", "-O3"],
    {
      writeFile: (_name, content) => {
        wasm = Buffer.from(content);
      },
    },
  );
  if (error) throw new Error(stderr.toString(), { cause: error });
  const text = wasm.toString("base64");
  writeFileSync(
    module,
    `// Made of ${entry} by npm run build.\nexport const ${constant} = "${text}";\n`,
  );
}

/** undici speaks HTTP/1.1 to Polar: loading Node's HTTP/2 for nothing is a tenth of the start-up. */
const withoutHttp2 = {
  name: "without-http2",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:http2$/ }, ({ path }) => ({ path, namespace: "without" }));
    // undici goes on without it when it is missing, as in some builds of Node.
    onLoad({ filter: /.*/, namespace: "without" }, ({ path }) => ({
      contents: `throw new Error("${path} is left out");`,
      loader: "js",
    }));
  },
};

/** Has the index of JSON texts use the scanner in this module. */
const withScanner = (module) => ({
  name: "with-scanner",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/scanner\.ts$/ }, ({ importer }) =>
      importer.endsWith("json-index.ts") ? { path: resolve(module) } : undefined,
    );
  },
});

const { outdir, scanner } = parseArgs({
  options: { outdir: { type: "string", default: "dist" }, scanner: { type: "string" } },
}).values;

/** Bundles the command whose source starts at `entry` into `outfile`; returns the paths of its sources. */
async function bundle(entry, outfile) {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    metafile: true,
    platform: "node",
    target: "node20.18",
    format: "esm",
    legalComments: "none",
    minifySyntax: true,
    minifyWhitespace: true,
    logLevel: "warning",
    plugins: scanner ? [withoutHttp2, withScanner(scanner)] : [withoutHttp2],
    // Some of our dependencies are CommonJS and expect `require` to exist.
    banner: {
      js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module";\nconst require = __createRequire(import.meta.url);',
    },
  });
  chmodSync(outfile, 0o755);
  return Object.keys(metafile.inputs);
}

const json = "src/polar/json";
await compile(`${json}/assembly/scanner.ts`, `${json}/scanner-wasm.ts`, "SCANNER");
await compile(`${json}/assembly/quoter.ts`, `${json}/quoter-wasm.ts`, "QUOTER");
const sources = await bundle("src/tap.ts", join(outdir, "tap.js"));
// What is compiled is linked with the standard library of AssemblyScript.
writeFileSync(join(outdir, "THIRD-PARTY-LICENSES"), licensesOf(sources, ["assemblyscript"]));
// For the demo and the tests; the package does not contain it.
await bundle("test/support/target-jsonl.ts", join(outdir, "target-jsonl.js"));
