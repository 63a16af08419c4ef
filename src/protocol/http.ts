// The HTTP API: every route by its name. Validation, the OpenAPI document, the docs page and clients are made from this
// table and from nothing else.

import { catalogRoutes } from "./http-catalog-routes.ts";
import { existingClientRoutes } from "./http-client-routes.ts";
import { experimentRoutes } from "./http-experiment-routes.ts";
import { operationRoutes } from "./http-operation-routes.ts";
import { pageRoutes } from "./http-page-routes.ts";
import { runRoutes } from "./http-run-routes.ts";
import { traceRoutes } from "./http-trace-routes.ts";
import { viewRoutes } from "./http-view-routes.ts";

export const routes = {
  ...runRoutes,
  ...viewRoutes,
  ...experimentRoutes,
  ...catalogRoutes,
  ...operationRoutes,
  ...traceRoutes,
  ...pageRoutes,
  ...existingClientRoutes,
};

export type Routes = typeof routes;
export type RouteName = keyof Routes;

/** The names of all routes, in the order of the document. */
export const routeNames = Object.keys(routes) as RouteName[];
