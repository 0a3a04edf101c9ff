/** What people call a setting who come from another tap, or from Polar's own documentation. */
import { nearestName } from "../shared/nearest-name.ts";
import { settings } from "./settings.ts";

const OTHER_NAMES: Readonly<Record<string, keyof typeof settings.shape>> = {
  api_key: "access_token",
  api_token: "access_token",
  auth_token: "access_token",
  bearer_token: "access_token",
  polar_token: "access_token",
  token: "access_token",
  api_base_url: "api_url",
  base_url: "api_url",
  host: "api_url",
  url: "api_url",
  sandbox: "environment",
  organization: "organization_id",
  since: "start_date",
  start_time: "start_date",
  rate_limit: "requests_per_minute",
  batch_size: "page_size",
  per_page: "page_size",
  limit: "page_size",
  timeout: "request_timeout_seconds",
  threads: "concurrency",
  retries: "max_retries",
};

/** The setting that was probably meant by `name`, which may be its own name in another spelling. */
export function meantSetting(name: string): string | undefined {
  const nearest = nearestName(name, [...Object.keys(settings.shape), ...Object.keys(OTHER_NAMES)]);
  return nearest === undefined ? undefined : (OTHER_NAMES[nearest] ?? nearest);
}
