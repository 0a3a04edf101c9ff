import { type Blueprint, byId, type RowMaker } from "../blueprint.ts";
import type { Raw, Slot } from "../json.ts";
import { pick } from "../random.ts";
import { hexDigits, momentText } from "./common.ts";

const downloads = [
  { name: "manuel é.pdf", mime: "application/pdf", size: 0, readable: "0.0 B" },
  { name: "data 数据.zip", mime: "application/zip", size: 5368709120, readable: "5.0 GB" },
] as const;

const services = ["downloadable", "product_media", "downloadable", "organization_avatar"] as const;

/** Files come in no order at all, and there is no parameter to ask for one. */
export const files: Blueprint = {
  name: "files",
  path: "/v1/files/",
  scopes: ["files:read", "files:write"],
  sorting: [],
  order: [],
  filters: [byId("ids", "id")],
  size: 13,
  // Files that were never uploaded.
  hidden: (size) => Math.ceil(size / 10),
  single: false,
  variant: (index) => String(index % 4),
  build: (row) => ({ properties: fileProperties(row) }),
};

function fileProperties(
  row: RowMaker,
): Record<string, Raw | Slot | string | number | boolean | null> {
  const service = pick(services, row.index);
  const isDownload = service === "downloadable";
  const { name, mime, size, readable } = isDownload
    ? pick(downloads, row.index >> 1)
    : { name: "logo.png", mime: "image/png", size: 1024, readable: "1.0 KB" };
  const directory = `${service}/${row.world.organizationId}/`;
  return {
    id: row.id,
    organization_id: row.world.organizationId,
    name,
    path: `${directory}${row.index}/${name}`,
    mime_type: mime,
    size,
    storage_version: null,
    checksum_etag: `"${hexDigits(row, 75, 32)}"`,
    checksum_sha256_base64: null,
    checksum_sha256_hex: hexDigits(row, 76, 64),
    last_modified_at: momentText(row, 77),
    version: isDownload ? "1.0" : null,
    service,
    is_uploaded: !row.hidden,
    created_at: row.at(),
    ...(isDownload ? { flagged_malicious_at: null } : {}),
    size_readable: readable,
    ...(isDownload
      ? {}
      : {
          public_url: `https://polar-s3-public.s3.amazonaws.com/${directory}${row.index}/${name}`,
        }),
  };
}
