/** A person at a pseudo-terminal: reads what the tap shows there, and presses keys. */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { execa } from "execa";
import { endWithTest } from "./endings.ts";

const tap = fileURLToPath(new URL("../../dist/tap.js", import.meta.url));

/** Names of keys, and what a terminal sends for them. */
export const keys = { enter: "\r", down: "\u001b[B", space: " ", interrupt: "\u0003" } as const;

/** Why there is no pseudo-terminal here; undefined when there is. `script` is part of util-linux. */
export const noTerminal: string | undefined = (() => {
  try {
    const version = execFileSync("script", ["--version"], { encoding: "utf8" });
    return version.includes("util-linux") ? undefined : "script is not that of util-linux";
  } catch {
    return "there is no script of util-linux";
  }
})();

export interface Session {
  /** What stood on the screen so far, without colours and movements. */
  readonly shown: () => string;
  /** Waits until a text is shown, further on than the last that was waited for; then presses keys. */
  answer(question: string, ...pressed: readonly string[]): Promise<void>;
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly shown: string }>;
}

/** Starts the tap at a terminal, in a folder. Its stdout may go to a file there. */
export function startAtTerminal(args: readonly string[], cwd: string, stdout?: string): Session {
  const command = [process.execPath, tap, ...args].map((word) => `'${word}'`).join(" ");
  // A terminal that nobody sits at has no size.
  const into = stdout === undefined ? "" : ` >'${stdout}'`;
  const sized = `stty rows 40 cols 100; exec ${command}${into}`;
  const child = execa("script", ["--quiet", "--return", "--command", sized, "/dev/null"], {
    cwd,
    extendEnv: false,
    env: { PATH: process.env.PATH ?? "", TERM: "xterm" },
    reject: false,
  });
  let text = "";
  let read = 0;
  let notify: () => void = () => undefined;
  child.stdout.on("data", (chunk: Buffer) => {
    text += stripVTControlCharacters(chunk.toString());
    notify();
  });
  let hasEnded = false;
  const ended = child.then(({ exitCode }) => {
    hasEnded = true;
    notify();
    return { exitCode, shown: text };
  });
  endWithTest(() => {
    child.kill("SIGKILL");
    return ended;
  });
  return {
    shown: () => text,
    ended,
    async answer(question, ...pressed) {
      for (let at = text.indexOf(question, read); ; at = text.indexOf(question, read)) {
        if (at !== -1) {
          read = at + question.length;
          break;
        }
        if (hasEnded) throw new Error(`"${question}" was never asked:\n${text}`);
        await new Promise<void>((resolve) => {
          notify = resolve;
        });
      }
      for (const key of pressed) child.stdin.write(key);
    },
  };
}
