import { type Blueprint, byChoice, byId, type RowMaker } from "../blueprint.ts";
import type { Json, Properties } from "../json.ts";
import { pick } from "../random.ts";
import { idOf, metadata, modifiedAt, only } from "./common.ts";

const types = [
  "custom",
  "license_keys",
  "downloadables",
  "meter_credit",
  "feature_flag",
  "github_repository",
  "discord",
] as const;

export type BenefitType = (typeof types)[number];

/** The type of a row's benefit, from the index of its template. */
export const benefitType = (index: number): BenefitType => pick(types, index);

/** The benefits of one type among the first that the list has. */
export const benefitsOfType = (type: BenefitType, count: number): number =>
  types.indexOf(type) + types.length * count;

function propertiesOfType(row: RowMaker): Json {
  switch (benefitType(row.index)) {
    case "custom":
      return { note: row.oneIn(2, 30) ? null : "Thänks!" };
    case "license_keys":
      return row.oneIn(2, 31)
        ? { prefix: null, expires: null, activations: null, limit_usage: null }
        : {
            prefix: "TAP",
            expires: { ttl: 1, timeframe: "year" },
            activations: { limit: 5, enable_customer_admin: true },
            limit_usage: 100,
          };
    case "downloadables":
      return {
        archived: { [idOf(row.world, "files", 0)]: true },
        files: [0, 2, 4, 6].map((file) => idOf(row.world, "files", file)),
      };
    case "meter_credit":
      return { units: 1000, rollover: true, meter_id: idOf(row.world, "meters", 0) };
    case "feature_flag":
      return {};
    case "github_repository":
      return {
        repository_owner: "polarsource",
        repository_name: "polar",
        permission: "pull",
        repository_id: null,
      };
    case "discord":
      return {
        guild_id: "1234567890",
        role_id: "0987654321",
        kick_member: false,
        guild_token: "g",
      };
  }
}

const headOf = (row: RowMaker): Properties => ({
  id: row.id,
  created_at: row.at(),
  modified_at: modifiedAt(row),
  type: benefitType(row.index),
  description: `Benefit ${benefitType(row.index)} № ${row.index}`,
  selectable: !row.oneIn(6, 32),
  deletable: true,
  is_deleted: false,
  organization_id: row.world.organizationId,
});

/** What every form of a benefit begins with. */
export const benefitHead = only(
  "id",
  "created_at",
  "modified_at",
  "type",
  "description",
  "selectable",
  "deletable",
  "is_deleted",
  "organization_id",
);

export const benefits: Blueprint = {
  name: "benefits",
  path: "/v1/benefits/",
  scopes: ["benefits:read", "benefits:write"],
  sorting: ["created_at", "description", "type", "user_order"],
  order: ["-created_at"],
  filters: [byChoice("type", [...types, "slack_shared_channel"]), byId("id")],
  size: 14,
  single: true,
  // A copy has its template's type, so it must be a benefit of that type by its own index as well.
  variant: (index) => benefitType(index),
  build: (row) => ({
    properties: {
      ...headOf(row),
      metadata: metadata(row, 33),
      visibility: "public",
      properties: propertiesOfType(row),
      ...(benefitType(row.index) === "custom" ? { is_tax_applicable: true } : {}),
      visibility_configurable: !["github_repository", "downloadables", "discord"].includes(
        benefitType(row.index),
      ),
    },
    keys: { user_order: row.at() },
  }),
};
