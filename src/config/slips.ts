import type * as z from "zod";
import { inUtc } from "../shared/time.ts";
import { API_LIMITS, API_ORIGINS, type settings, TOKEN_SHAPE } from "./settings.ts";

const limits = (["production", "sandbox"] as const).map(
  (environment) => [API_ORIGINS[environment], API_LIMITS[environment]] as const,
);

/**
 * Tells of values that may be, but can hardly be meant.
 * @param at where a setting was given
 */
export function tellOfSlips(
  valid: z.infer<typeof settings>,
  at: (setting: keyof typeof settings.shape) => string,
  warn: (message: string) => void,
): void {
  const token = valid.access_token;
  if (token !== undefined && !TOKEN_SHAPE.test(token)) {
    warn(
      `${at("access_token")}: does not look like a token of Polar: those of organizations begin with polar_oat_, personal and OAuth tokens with polar_at_`,
    );
  }
  if (valid.start_date !== undefined && Date.parse(inUtc(valid.start_date)) > Date.now()) {
    warn(`${at("start_date")}: is in the future, and so leaves out all rows until then`);
  }
  const { api_url: url = API_ORIGINS[valid.environment], requests_per_minute: asked = 0 } = valid;
  // Whoever runs a server of his own knows its limits.
  const [, limit] = limits.find(([origin]) => origin === new URL(url).origin) ?? [];
  if (limit !== undefined && asked > limit) {
    warn(
      `${at("requests_per_minute")}: Polar allows ${limit} requests per minute to all that your organization does, its checkouts included; it will ask to wait (429)`,
    );
  }
}
