import { defineStream } from "./define.ts";
import {
  choice,
  integer,
  object,
  reference,
  resource,
  secret,
  sometimes,
  text,
  timestamp,
  undocumented,
} from "./fields.ts";

const statuses = ["granted", "revoked", "disabled"];

export const licenseKeys = defineStream({
  name: "license_keys",
  description: "License keys granted to customers.",
  scope: "license_keys:read",
  optional: true,
  source: {
    kind: "list",
    path: "/v1/license-keys/",
    order: [],
    splits: { status: statuses },
  },
  properties: {
    ...resource,
    organization_id: reference("organizations", "The organization that grants it."),
    customer_id: reference("customers", "Who has it. The customer may have been deleted."),
    customer: object("The customer as of the fetch, as in customers."),
    benefit_id: reference("benefits", "The benefit that grants it."),
    key: secret(text("The license key itself.")),
    display_key: text("Last characters of the key, for recognition."),
    status: choice(
      statuses,
      "Whether it is valid: revoked was taken back with the benefit, disabled by the merchant.",
    ),
    limit_activations: integer("How often it can be activated; null for no activations."),
    usage: integer("Usage counted so far."),
    limit_usage: integer("Most usage allowed; null for no limit."),
    validations: integer("How often it was validated."),
    last_validated_at: timestamp("When it was last validated (UTC)."),
    expires_at: timestamp("When it expires (UTC); null for never."),
    member_id: sometimes(reference("members", "The member of the customer who has it.")),
    member: sometimes(object("The member as of the fetch: id, email and external_id.")),
    user: undocumented(object("The customer under its older name, with a public name.")),
    user_id: undocumented(reference("customers", "Older name of customer_id.")),
  },
});
