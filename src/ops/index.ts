export { type ApplyRequest, apply } from "./apply.ts";
export type { OperationContext } from "./context.ts";
export { type DestroyOptions, destroy } from "./destroy.ts";
export { type Promised, type Verified, verify } from "./verify.ts";
