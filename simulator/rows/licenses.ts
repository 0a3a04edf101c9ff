import { type Blueprint, byChoice, byId, type RowMaker } from "../blueprint.ts";
import { Raw, Slot } from "../json.ts";
import { pick, writeUuid } from "../random.ts";
import { embedOrNull, idOrNull } from "../ref.ts";
import type { Table } from "../table.ts";
import { benefitsOfType } from "./benefits.ts";
import { hexDigits, idOf, modifiedAt, momentText } from "./common.ts";
import { user } from "./customers.ts";

/** License keys come in the order of created_at, and no other can be asked for. */
export const licenseKeys: Blueprint = {
  name: "license_keys",
  path: "/v1/license-keys/",
  scopes: ["license_keys:read", "license_keys:write"],
  sorting: [],
  order: ["created_at"],
  filters: [byId("benefit_id"), byChoice("status", ["granted", "revoked", "disabled"])],
  size: 167,
  // GET by id answers with the activations as well: see children.ts.
  single: false,
  since: { member_id: "2026-10", member: "2026-10" },
  build: (row) => {
    const { world } = row;
    const customer = row.link("customer", () => row.oneEver("customers", 190));
    const member = row.linkIfAny("member", () =>
      row.oneIn(3, 191) ? row.one("members", 192) : null,
    );
    const isLimited = row.oneIn(2, 193);
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: modifiedAt(row),
        organization_id: world.organizationId,
        user_id: customer.id,
        customer_id: customer.id,
        user: customer.embed(user),
        customer: customer.embed(),
        member_id: idOrNull(member),
        member: embedOrNull(member),
        benefit_id: idOf(world, "benefits", benefitsOfType("license_keys", row.random(194) % 2)),
        key: keyText,
        display_key: `****-${hexDigits(row, 195, 6).toUpperCase()}`,
        status: pick(["granted", "granted", "revoked", "disabled"], row.random(196)),
        limit_activations: isLimited ? 5 : null,
        usage: row.random(197) % 100,
        limit_usage: isLimited ? 100 : null,
        validations: row.random(198) % 9,
        last_validated_at: row.oneIn(2, 199) ? momentText(row, 200) : null,
        expires_at: isLimited ? row.at(365 * 86_400) : null,
      },
    };
  },
};

const keyText = Slot.quoted(
  36,
  (index, bytes, offset) => writeUuid(0x4b, index, bytes, offset),
  () => null,
);

/** The activations of a license key: none for two of three keys, else one or two. */
export function activationsOf(keys: Table, index: number): Raw {
  const activation = (row: RowMaker, n: number) => ({
    id: row.innerId(n),
    license_key_id: row.id,
    label: n === 0 ? "lap-töp" : "",
    meta: new Raw(n === 0 ? '{"ip":"192.0.2.1","big":9007199254740993}' : "{}"),
    created_at: row.at(n * 86_400),
    modified_at: null,
  });
  return new Raw(
    keys.render(index, (row) =>
      row.oneIn(3, 201) ? [0, 1].slice(row.random(202) % 2).map((n) => activation(row, n)) : [],
    ),
  );
}
