import type { ProviderFactory } from "../../contract.ts";
import { accounts } from "./accounts.ts";

export const createMonitor: ProviderFactory = (host) => ({ namespace: "Microsoft.Monitor", types: [accounts(host)] });
