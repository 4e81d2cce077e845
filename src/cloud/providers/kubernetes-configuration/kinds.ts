import type { CloudHost, Resource } from "../../contract.ts";
import { installAzureMl } from "./azureml-extension.ts";
import { installBackup } from "./backup-extension.ts";

/** What can be installed on a cluster. */
interface ExtensionKind {
  readonly version: string;
  /** Where it goes unless the body says otherwise. */
  readonly namespace: string;
  /** Throws what makes the extension Failed. */
  install(host: CloudHost, extension: Resource): void;
}

export const KINDS: Readonly<Record<string, ExtensionKind>> = {
  "microsoft.azureml.kubernetes": { version: "1.3.1", namespace: "azureml", install: installAzureMl },
  "microsoft.dataprotection.kubernetes": { version: "0.0.3005-2", namespace: "dataprotection-microsoft", install: installBackup },
};

export function kindOf(extensionType: string): ExtensionKind | undefined {
  const key = extensionType.toLowerCase();
  return Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
}
