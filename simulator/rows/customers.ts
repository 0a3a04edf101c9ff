import { type Blueprint, byFlag, byText, type RowMaker } from "../blueprint.ts";
import type { Form, Json, Slot } from "../json.ts";
import { address, hexDigits, metadata, modifiedAt, name, numbered } from "./common.ts";

const email = (row: RowMaker): Slot =>
  numbered("customer", `+test@example${row.random(10) % 7}.com`, 7);

function nameOf(row: RowMaker): Json {
  if (row.oneIn(9, 11)) return null;
  return row.oneIn(2, 12) ? name(row, 13) : `${name(row, 13)} ${row.index}`;
}

const avatar = (row: RowMaker): string =>
  `https://www.gravatar.com/avatar/${hexDigits(row, 14, 64)}?d=404`;

/** The customer as the old API knew it: still sent as `user`. */
export const user: Form = ({ id = null, email = null, name, avatar_url = null }) => {
  const letter = typeof name === "string" && name !== "" ? [...name][0] : "c";
  return { id, email, public_name: letter ?? "c", avatar_url };
};

export const userWithGithub: Form = (properties) => ({
  ...Object(user(properties)),
  github_username: null,
});

/** Deleted customers are no longer listed, but orders and others still contain them. */
export const customers: Blueprint = {
  name: "customers",
  path: "/v1/customers/",
  scopes: ["customers:read", "customers:write"],
  sorting: ["created_at", "email", "name"],
  order: ["-created_at"],
  filters: [byText("email"), byFlag("active")],
  size: 240,
  hidden: (size) => Math.ceil(size / 30),
  single: true,
  build: (row) => {
    const modified = row.hidden ? row.at(90_000) : modifiedAt(row);
    const displayed = nameOf(row);
    const billed = row.oneIn(4, 16);
    return {
      properties: {
        id: row.id,
        created_at: row.at(),
        modified_at: modified,
        metadata: metadata(row, 17),
        external_id: row.oneIn(3, 15) ? numbered("ext-", "", 7) : null,
        email: email(row),
        email_verified: row.oneIn(2, 18),
        type: "individual",
        name: displayed,
        billing_name: billed ? "Billing & Co <x>" : displayed,
        billing_address: address(row, 19),
        tax_id: row.oneIn(8, 20) ? ["FR61954506077", "eu_vat"] : null,
        locale: row.oneIn(2, 21) ? null : row.oneIn(2, 22) ? "en" : "fr-FR",
        organization_id: row.world.organizationId,
        default_payment_method_id: row.oneIn(4, 23) ? row.innerId(0) : null,
        deleted_at: row.hidden ? row.at(90_000) : null,
        first_user_event_at: null,
        avatar_url: avatar(row),
      },
      keys: { active: row.oneIn(2, 24) },
    };
  },
};
