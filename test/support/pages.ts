/** Pages of the documentation as programs: their shell blocks, typed word for word. */
import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Block {
  /** The comment right before it, if there is one. */
  readonly comment: string;
  readonly language: string;
  /** Without the indentation that it has inside of a list. */
  readonly text: string;
}

/** All code blocks of a page, in order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = text.matchAll(/^(?:<!-- ([^\n]+) -->\n)?( *)```(\w*)\n([\s\S]*?)^ *```$/gm);
  return [...blocks].map(([, comment = "", indentation = "", language = "", lines = ""]) => ({
    comment,
    language,
    text: lines.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
  }));
}

/** The shell blocks that a reader types, but for those that a comment takes out. */
export function typedBlocks(page: string): string[] {
  const isTyped = ({ language, comment }: Block) =>
    language === "sh" && !/^(not run|demo command|test command)/.test(comment);
  return blocksOf(page)
    .filter(isTyped)
    .map(({ text }) => text);
}

/** Copies what git knows of this repository, as it stands here, into a folder of this name. */
export async function freshCopy(folder: string): Promise<void> {
  const listed = ["ls-files", "--cached", "--others", "--exclude-standard", "-z"];
  const { stdout } = await execa("git", listed, { cwd: root });
  for (const path of stdout.split("\0")) {
    if (path !== "") await cp(join(root, path), join(folder, path)).catch(isDeleted);
  }
}

function isDeleted(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
