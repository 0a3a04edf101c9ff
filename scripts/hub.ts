/** Writes hub/tap-polar.yml, the tap's entry in Meltano's hub: the settings follow from the source. */
import { writeFileSync } from "node:fs";
import { definitionLines } from "../src/cli/meltano-definition.ts";
import { DESCRIPTION } from "../src/shared/program.ts";

/** The text of the file. */
export function hubYml(): string {
  return `# For https://github.com/meltano/hub, where it goes to _data/meltano/extractors/tap-polar/.
# Written by \`npm run hub\`.
name: tap-polar
namespace: tap_polar
variant: tap-polar
label: Polar
description: ${JSON.stringify(DESCRIPTION)}
definition: "reads customers, orders, subscriptions and all the rest of a Polar organization"
domain_url: https://polar.sh
keywords: [api, billing, merchant of record, payments, subscriptions]
pip_url: tap-polar
executable: tap-polar
maintenance_status: active
# The hub's maintainers rate it.
quality: unknown
${definitionLines().join("\n")}
`;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(new URL("../hub/tap-polar.yml", import.meta.url), hubYml());
}
