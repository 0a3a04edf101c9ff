import { defineStream } from "./define.ts";
import { fromParent, object, reference, resource, text } from "./fields.ts";

export const licenseKeyActivations = defineStream({
  name: "license_key_activations",
  description: "Where license keys are in use, one request per license key.",
  scope: "license_keys:read",
  optional: true,
  primaryKey: ["license_key_id", "id"],
  source: {
    kind: "children",
    parents: [{ stream: "license_keys", path: "/v1/license-keys/{id}" }],
    rowsAt: "activations",
    paged: false,
  },
  properties: {
    license_key_id: fromParent("id", reference("license_keys", "The key that was activated.")),
    ...resource,
    label: text("Name of the activation, such as the device."),
    meta: object("Key-value pairs that the software attached to the activation."),
  },
});
