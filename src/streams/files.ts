import { defineStream } from "./define.ts";
import { choice, sometimes, text, uploadedFile } from "./fields.ts";

export const files = defineStream({
  name: "files",
  description: "Uploaded files: downloads, product pictures, logos.",
  scope: "files:read",
  optional: true,
  source: { kind: "list", path: "/v1/files/", order: [] },
  properties: {
    ...uploadedFile,
    service: choice(
      ["downloadable", "product_media", "organization_avatar", "support_case_attachment"],
      "What the file is for.",
    ),
    public_url: sometimes(text("Public address of a product picture or a logo.")),
  },
});
