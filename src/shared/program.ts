import manifest from "../../package.json" with { type: "json" };

/** What this program calls itself. */
export const NAME = manifest.name;

/** The version of this program, from package.json. */
export const VERSION = manifest.version;

/** What it is for, in one line. */
export const DESCRIPTION = manifest.description;
