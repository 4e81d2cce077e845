import type { Expr, Input, ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

interface PublicAddress {
  readonly symbol: string;
  readonly concern: string;
  readonly name: string;
  readonly condition: Input<boolean>;
  readonly sku: Input<string>;
  readonly zones?: Expr<readonly string[]>;
  readonly comment?: string;
}

/** An address that stays the same. */
export function declarePublicAddress(program: ProgramBuilder, settings: Settings, address: PublicAddress): ResourceHandle {
  const { symbol, sku, zones, ...declared } = address;
  return program.resource(symbol, {
    type: "Microsoft.Network/publicIPAddresses@2025-07-01",
    ...declared,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      sku: { name: sku },
      zones,
      properties: { publicIPAllocationMethod: "Static" },
    },
  });
}
