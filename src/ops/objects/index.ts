export { type Delivered, type DeliveryRequest, deliver } from "./deliver.ts";
export { isGivenElsewhere, type PromisedRole } from "./role.ts";
