/**
 * Compares the declarations with the SDK that is installed, and tells of differences in Markdown.
 * The comparing itself is the type checker's, over test/streams/sdk.test.ts. Exit code 1 when there
 * are any. For the newest SDK: `npm install --no-save @polar-sh/sdk@latest && npm run drift`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import sdk from "../node_modules/@polar-sh/sdk/package.json" with { type: "json" };

const COMPARISON = "test/streams/sdk.test.ts";

/**
 * What the type checker's words on the comparison come down to: a line for each stream. Of several
 * kinds of differences in one stream it names the first.
 */
export function differences(compilerOutput: string, comparison: string): string[] {
  const source = comparison.split("\n");
  return compilerOutput.split(/\n(?=\S)/).flatMap((message) => {
    const at = /^test\/streams\/sdk\.test\.ts\((\d+),\d+\): error TS\d+: /.exec(message);
    if (at === null) return [];
    const text = message.slice(at[0].length).trim();
    const stream = streamAt(source, Number(at[1])) ?? "the SDK";
    const kinds = [
      ...text.matchAll(/readonly (notInSdk|notDeclared|otherType): Readonly<Record<([^>]+),/g),
    ];
    if (kinds.length === 0) return [`- ${stream}: ${text.split("\n").join(" ")}`];
    return kinds.map(([, kind = "", names]) => `- ${stream}: ${WORDS[kind]} ${names}`);
  });
}

const WORDS: Readonly<Record<string, string>> = {
  notInSdk: "declared, but not in the SDK:",
  notDeclared: "in the SDK, but not declared:",
  otherType: "of another type in the SDK:",
};

/** The stream whose entry in `drift` stands at this line, or began above it. */
function streamAt(source: readonly string[], line: number): string | undefined {
  const begin = source.slice(0, line).findLast((text) => /^ {2}\w+: \{/.test(text));
  return /\w+/.exec(begin ?? "")?.[0];
}

async function compare(): Promise<number> {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const checked = await execa("tsc", ["--noEmit", "--pretty", "false"], {
    cwd: root,
    preferLocal: true,
    reject: false,
  });
  if (checked.exitCode === 0) return 0;
  const found = differences(checked.stdout, readFileSync(`${root}/${COMPARISON}`, "utf8"));
  console.log(`@polar-sh/sdk ${sdk.version} and the declarations in \`src/streams\` differ.\n`);
  console.log(found.length > 0 ? found.join("\n") : `\`\`\`\n${checked.stdout}\n\`\`\``);
  console.log(
    `\nDeclare what is new, or give the reason in \`${COMPARISON}\`; then raise the SDK.`,
  );
  return 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = await compare();
