import type { ProviderFactory } from "../../contract.ts";
import { budgets } from "./budgets.ts";

export const createConsumption: ProviderFactory = (host) => ({ namespace: "Microsoft.Consumption", types: [budgets(host)] });
