/** What `--about` prints: what a registry of taps, or somebody who chooses one, wants to know. */
import { describeSettings, type Setting } from "../config/describe-settings.ts";
import { DESCRIPTION, NAME, VERSION } from "../shared/program.ts";
import { CAPABILITIES, definitionLines } from "./meltano-definition.ts";

export const ABOUT_FORMATS = ["json", "markdown", "meltano"] as const;

export type AboutFormat = (typeof ABOUT_FORMATS)[number];

/** The text, with its line break. */
export function about(format: AboutFormat): string {
  switch (format) {
    case "json": {
      const content = {
        name: NAME,
        description: DESCRIPTION,
        version: VERSION,
        capabilities: CAPABILITIES,
        settings: describeSettings(),
      };
      return `${JSON.stringify(content, null, 2)}\n`;
    }
    case "markdown":
      return markdown();
    case "meltano":
      return [
        `name: ${NAME}`,
        `namespace: ${NAME.replaceAll("-", "_")}`,
        `pip_url: ${NAME}==${VERSION}`,
        `executable: ${NAME}`,
        ...definitionLines(),
        "",
      ].join("\n");
  }
}

function markdown(): string {
  return `# ${NAME} ${VERSION}

${DESCRIPTION}

## Capabilities

${CAPABILITIES.map((capability) => `- \`${capability}\``).join("\n")}

## Settings

${settingsTable()}
`;
}

/** The settings as a table in Markdown, as the README has it, too. */
export function settingsTable(): string {
  const rows = describeSettings().map((setting) => {
    const { name, options, description } = setting;
    const choice = options ? ` One of ${options.map(code).join(", ")}.` : "";
    return `| ${code(name)} | ${defaultOf(setting)} | ${description}${choice} |`;
  });
  return ["| Setting | Default | What it does |", "| --- | --- | --- |", ...rows].join("\n");
}

function defaultOf({ default: value, defaultText, required }: Setting): string {
  if (required) return "required";
  return defaultText ?? (value === undefined ? "" : code(String(value)));
}

const code = (text: string): string => `\`${text}\``;
