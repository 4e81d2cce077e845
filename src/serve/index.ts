export { type Log, silentLog } from "./log.ts";
export type { ChildMessage, DeploymentRoute, DrainMessage, EndpointRoute, RoutesMessage } from "./protocol.ts";
export { MODEL_SERVER_DEFAULTS, type ModelServer, type ModelServerOptions, startModelServer } from "./server/model-server.ts";
