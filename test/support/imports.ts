/** Who imports whom, read from the import statements of source files. */
import { readdir, readFile } from "node:fs/promises";
import { posix } from "node:path";

export interface Import {
  /** Path of the importing file from the repository's root. */
  readonly from: string;
  /** Path of the imported file from the repository's root, or a package's name as it stands. */
  readonly to: string;
  /** `import type`: gone when the program runs. */
  readonly typeOnly: boolean;
}

/** A source file: its path from the repository's root, with forward slashes, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** All TypeScript files in these folders of the repository. */
export async function readSources(folders: readonly string[]): Promise<SourceFile[]> {
  const root = new URL("../../", import.meta.url);
  const sources: SourceFile[] = [];
  for (const folder of folders) {
    for (const name of await readdir(new URL(folder, root), { recursive: true })) {
      if (!name.endsWith(".ts")) continue;
      const path = posix.join(folder, name.replaceAll("\\", "/"));
      sources.push({ path, text: await readFile(new URL(path, root), "utf8") });
    }
  }
  return sources;
}

// Statements begin their line (the formatter sees to it), so comments and strings do not match.
const statement = /^(?:import|export)\s(type\s)?[^"'`;]*?\bfrom\s*"([^"]+)"/gm;
const bare = /^import(\s)"([^"]+)"/gm;
const dynamic = /\bimport(\()\s*"([^"]+)"/g;

/** The imports of a file, re-exports and dynamic ones included. */
export function importsOf({ path, text }: SourceFile): Import[] {
  const imports: Import[] = [];
  for (const pattern of [statement, bare, dynamic]) {
    for (const [, kind, specifier = ""] of text.matchAll(pattern)) {
      const to = specifier.startsWith(".") ? posix.join(posix.dirname(path), specifier) : specifier;
      imports.push({ from: path, to, typeOnly: kind?.startsWith("type") === true });
    }
  }
  return imports;
}

/** The circles in which files import each other, each as the list of its files. */
export function findCycles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const { from, to } of imports) targets.set(from, [...(targets.get(from) ?? []), to]);
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    const at = path.indexOf(file);
    if (at !== -1) cycles.push([...path.slice(at), file]);
    if (at !== -1 || done.has(file)) return;
    for (const target of targets.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return cycles;
}
