export { declareEgress, type Egress } from "./firewall.ts";
export { hasApiServerSubnet, wayOut } from "./way-out.ts";
