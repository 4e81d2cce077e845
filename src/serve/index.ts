export { jsonLog, type Log, silentLog } from "./log.ts";
export type { ChildMessage, DeploymentRoute, DrainMessage, EndpointRoute, RoutesMessage } from "./protocol.ts";
export { ROUTER_DEFAULTS, type Router, type RouterOptions, startRouter } from "./router/router.ts";
export { MODEL_SERVER_DEFAULTS, type ModelServer, type ModelServerOptions, startModelServer } from "./server/model-server.ts";
