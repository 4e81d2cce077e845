export { type Delivered, type DeliveryRequest, deliver } from "./deliver.ts";
