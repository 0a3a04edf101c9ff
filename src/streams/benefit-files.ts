import { defineStream } from "./define.ts";
import { choice, fromParent, integer, reference, uploadedFile } from "./fields.ts";

export const benefitFiles = defineStream({
  name: "benefit_files",
  description: "Files of each downloads benefit with their counts, one request per benefit.",
  scope: "benefits:read",
  optional: true,
  primaryKey: ["benefit_id", "id"],
  source: {
    kind: "children",
    parents: [
      {
        stream: "benefits",
        path: "/v1/benefits/{id}/files",
        parentQuery: { type: "downloadables" },
      },
    ],
    rowsAt: "items",
    paged: true,
  },
  properties: {
    benefit_id: fromParent("id", reference("benefits", "The benefit that the file is part of.")),
    ...uploadedFile,
    id: reference("files", "The file."),
    service: choice(["downloadable"], "What the file is for."),
    downloaders: integer("Number of customers who downloaded it."),
    downloads: integer("Number of downloads."),
  },
});
