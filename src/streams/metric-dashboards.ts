import { defineStream } from "./define.ts";
import { list, reference, resource, text } from "./fields.ts";

export const metricDashboards = defineStream({
  name: "metric_dashboards",
  description: "Selections of metrics that the merchant put together.",
  scope: "metrics:read",
  optional: true,
  source: { kind: "array", path: "/v1/metrics/dashboards" },
  properties: {
    ...resource,
    name: text("Name of the dashboard."),
    metrics: list("Names of the metrics shown, in order; see the columns of metrics."),
    organization_id: reference("organizations", "The organization that owns it."),
  },
});
