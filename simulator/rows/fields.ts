import { type Blueprint, byChoice } from "../blueprint.ts";
import type { Json } from "../json.ts";
import { pick } from "../random.ts";
import { metadata, modifiedAt } from "./common.ts";

const kinds: readonly { type: string; properties: Json }[] = [
  { type: "text", properties: { form_label: "Señas", max_length: 80 } },
  { type: "number", properties: { ge: 0, le: 2147483647 } },
  { type: "date", properties: {} },
  { type: "checkbox", properties: { form_help_text: "Ünchecked" } },
  {
    type: "select",
    properties: {
      options: [
        { value: "a", label: "A ü" },
        { value: "b", label: "B" },
      ],
    },
  },
];

export const customFields: Blueprint = {
  name: "custom_fields",
  path: "/v1/custom-fields/",
  scopes: ["custom_fields:read", "custom_fields:write"],
  sorting: ["created_at", "slug", "name", "type"],
  order: ["slug"],
  filters: [byChoice("type", ["text", "number", "date", "checkbox", "select"])],
  size: 5,
  single: true,
  variant: (index) => String(index),
  build: (row) => {
    const { type, properties } = pick(kinds, row.index);
    const suffix = row.index < kinds.length ? "" : `-${row.index}`;
    return {
      properties: {
        created_at: row.at(),
        modified_at: modifiedAt(row),
        id: row.id,
        metadata: metadata(row, 70),
        type,
        slug: `cf-${type}${suffix}`,
        name: `Field ${type} ✓`,
        organization_id: row.world.organizationId,
        properties,
      },
    };
  },
};
