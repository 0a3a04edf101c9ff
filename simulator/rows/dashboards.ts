import type { Blueprint } from "../blueprint.ts";

/** Dashboards are not paged: the answer is the array itself. */
export const metricDashboards: Blueprint = {
  name: "metric_dashboards",
  path: "/v1/metrics/dashboards",
  scopes: ["metrics:read"],
  sorting: [],
  order: ["created_at"],
  filters: [],
  unpaged: true,
  size: 2,
  single: false,
  build: (row) => ({
    properties: {
      created_at: row.at(),
      modified_at: null,
      id: row.id,
      name: `Bōard ${row.index}`,
      metrics: ["revenue", "orders"],
      organization_id: row.world.organizationId,
    },
  }),
};
