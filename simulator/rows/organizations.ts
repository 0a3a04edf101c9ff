import { type Blueprint, byText } from "../blueprint.ts";
import type { Json } from "../json.ts";

const on = (...names: string[]): Json => Object.fromEntries(names.map((name) => [name, true]));
const off = (...names: string[]): { readonly [name: string]: Json } =>
  Object.fromEntries(names.map((name) => [name, false]));

/** A token of an organization sees that organization only. */
export const organizations: Blueprint = {
  name: "organizations",
  path: "/v1/organizations/",
  scopes: ["organizations:read", "organizations:write"],
  sorting: ["created_at", "slug", "name", "next_review_threshold", "days_in_status"],
  order: ["created_at"],
  filters: [byText("slug")],
  size: 1,
  single: true,
  variant: (index) => String(index),
  build: (row) => ({
    properties: {
      created_at: row.at(),
      modified_at: null,
      id: row.id,
      name: "Tap Test Örg",
      slug: row.index === 0 ? "tap-test" : `tap-test-${row.index}`,
      avatar_url: null,
      proration_behavior: "prorate",
      allow_customer_updates: true,
      bio: null,
      company: null,
      blog: null,
      location: null,
      twitter_username: null,
      pledge_minimum_amount: 0,
      pledge_badge_show_amount: false,
      default_upfront_split_to_contributors: null,
      email: "hello@tap-test.example.com",
      website: null,
      socials: [{ platform: "x", url: "https://x.com/tap-test" }],
      status: "active",
      details_submitted_at: null,
      onboarding_resubmission_requested_at: null,
      sso_enforced: false,
      default_presentment_currency: "usd",
      default_tax_behavior: "location",
      feature_settings: {
        ...off("issue_funding_enabled", "unit_based_pricing_enabled", "wallets_enabled"),
        seat_based_pricing_enabled: true,
        member_model_enabled: true,
        overview_metrics: null,
      },
      subscription_settings: {
        allow_multiple_subscriptions: false,
        proration_behavior: "prorate",
        benefit_revocation_grace_period: 0,
        prevent_trial_abuse: false,
        allow_customer_updates: true,
      },
      customer_email_settings: on(
        "order_confirmation",
        "subscription_cancellation",
        "subscription_confirmation",
        "subscription_cycled",
        "subscription_past_due",
        "subscription_revoked",
        "subscription_updated",
      ),
      customer_portal_settings: {
        usage: { show: true },
        subscription: { update_seats: true, update_plan: true },
        customer: { allow_email_change: false },
      },
      dispute_settings: { auto_accept_below_amount: null },
      embed_hosts: [],
      embed_hosts_enforced: true,
      country: null,
      account_id: row.innerId(0),
      payout_account_id: null,
      capabilities: on("checkout_payments", "subscription_renewals", "payouts", "refunds", "api_access", "dashboard_access"),
      notification_settings: {
        new_order: true,
        new_subscription: true,
        chargeback_prevention: true,
        subscription_renewal: false,
      },
    },
    keys: { next_review_threshold: 0, days_in_status: 0 },
  }),
};
