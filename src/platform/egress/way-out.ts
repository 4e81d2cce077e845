import { and, type Expr, equals, not, or } from "../../ir/index.ts";
import type { Settings } from "../settings.ts";

/** How nodes and training clusters leave the network. */
export interface WayOut {
  readonly byGateway: Expr<boolean>;
  /** Through a firewall, the platform's own or a hub's: a route leads there. */
  readonly routed: Expr<boolean>;
  readonly byFirewall: Expr<boolean>;
  readonly byHub: Expr<boolean>;
  /** A Basic firewall is managed through a subnet and an address of its own. */
  readonly isManagedApart: Expr<boolean>;
}

export function wayOut(settings: Settings): WayOut {
  const is = (way: string) => equals(settings.profile("egress"), way);
  return {
    byGateway: is("natGateway"),
    routed: not(is("natGateway")),
    byFirewall: is("firewall"),
    byHub: is("hubFirewall"),
    isManagedApart: and(is("firewall"), equals(settings.profile("firewallSku"), "Basic")),
  };
}

/**
 * Behind a firewall the API server is reached inside of the network even when it answers in public as well: pods call it by
 * its address, which no rule that goes by names lets through.
 */
export function hasApiServerSubnet(settings: Settings): Expr<boolean> {
  return or(settings.profile("privateApiServer"), wayOut(settings).routed);
}
