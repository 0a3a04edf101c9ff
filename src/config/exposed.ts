/** Files that hold secrets, and who else can read them. */
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** What others than the owner and his group may do with a file, and with a folder. */
const OTHERS_READ = 0o004;
const OTHERS_ENTER = 0o001;

/**
 * Whether every user of this machine can read a file, and whoever runs the tap can change that. A pipe is
 * nobody else's, and what is mounted read-only into a container is as its makers want it. On Windows,
 * where no such bits tell, always false.
 */
export function isOpenToAll(path: string): boolean {
  if (process.platform === "win32") return false;
  try {
    const file = realpathSync(path);
    const found = statSync(file);
    if (!found.isFile() || (found.mode & OTHERS_READ) === 0) return false;
    accessSync(file, constants.W_OK);
    return canBeReached(dirname(file));
  } catch {
    // What has no place, as /dev/fd/63, or can't be written to.
    return false;
  }
}

function canBeReached(folder: string): boolean {
  if ((statSync(folder).mode & OTHERS_ENTER) === 0) return false;
  const parent = dirname(folder);
  return parent === folder || canBeReached(parent);
}
