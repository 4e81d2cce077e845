export { type ApplyRequest, apply } from "./apply.ts";
export type { OperationContext } from "./context.ts";
export { type DestroyOptions, destroy } from "./destroy.ts";
export { type Delivered, type DeliveryRequest, deliver, isGivenElsewhere, type PromisedRole } from "./objects/index.ts";
export {
  type Finding,
  findingLine,
  isUnchecked,
  type MeasuredQuota,
  type Preflight,
  type PreflightRequest,
  preflight,
  refuse,
} from "./preflight/index.ts";
export { runningNodes } from "./running-nodes.ts";
export { type Promised, type Verified, verify } from "./verify.ts";
