/** What Meltano has to know of the tap, as the YAML of a plugin definition. */
import { describeSettings, type Setting } from "../config/describe-settings.ts";

/** What the tap can do, in the words of Meltano and of the Singer SDK. */
export const CAPABILITIES: readonly string[] = [
  "catalog",
  "discover",
  "state",
  "about",
  "activate-version",
  "test",
  "structured-logging",
];

/** The capabilities and the settings, without indentation. */
export function definitionLines(): string[] {
  const settings = describeSettings();
  const required = settings.filter((setting) => setting.required).map(({ name }) => name);
  return [
    "capabilities:",
    ...CAPABILITIES.map((capability) => `  - ${capability}`),
    "settings_group_validation:",
    `  - [${required.join(", ")}]`,
    "settings:",
    ...settings.flatMap(settingLines),
  ];
}

function settingLines({ name, kind, options, description, sensitive, ...rest }: Setting): string[] {
  return [
    `  - name: ${name}`,
    // Meltano 4.4 can't hand on what is a decimal in a variable.
    ...(kind === "string" ? [] : [`    kind: ${kind === "number" ? "integer" : kind}`]),
    ...(sensitive ? ["    sensitive: true"] : []),
    ...(rest.default === undefined ? [] : [`    value: ${JSON.stringify(rest.default)}`]),
    `    description: ${JSON.stringify(description)}`,
    ...(options === undefined ? [] : ["    options:"]),
    ...(options ?? []).map((value) => `      - {label: ${value}, value: ${value}}`),
  ];
}
