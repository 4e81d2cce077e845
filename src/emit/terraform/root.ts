import type { Output } from "../../ir/index.ts";
import type { Doc } from "../doc/index.ts";
import type { TerraformContext } from "./context.ts";
import { createPrinter } from "./expression.ts";
import { attributes, block, commented, file, object } from "./layout.ts";
import { snakeCase } from "./names.ts";
import { quote } from "./quote.ts";

export function versionsFile(): string {
  const provider = object([
    { key: "source", value: quote("Azure/azapi") },
    { key: "version", value: quote("~> 2.12") },
  ]);
  return file([
    block("terraform", attributes([{ key: "required_version", value: quote(">= 1.9") }]), [
      block("required_providers", attributes([{ key: "azapi", value: provider }])),
    ]),
  ]);
}

/** The provider and the resource group, which is given. Subscription and credentials come from the environment (`ARM_*`, az login). */
export function mainFile(): string {
  return file([
    commented(
      "Subscription and credentials come from the environment: az login, or the ARM_* variables.",
      block('provider "azapi"', attributes([{ key: "disable_default_output", value: "true" }])),
    ),
    block('data "azapi_client_config" "current"', [
      block("lifecycle", [
        block(
          "postcondition",
          attributes([
            { key: "condition", value: 'self.subscription_id != ""' },
            { key: "error_message", value: quote("No subscription is named: set ARM_SUBSCRIPTION_ID.") },
          ]),
        ),
      ]),
    ]),
    block(
      'data "azapi_resource" "resource_group"',
      attributes([
        { key: "type", value: quote("Microsoft.Resources/resourceGroups@2025-04-01") },
        { key: "parent_id", value: "data.azapi_client_config.current.subscription_resource_id" },
        { key: "name", value: "var.resource_group_name" },
      ]),
    ),
  ]);
}

export function outputsFile(context: TerraformContext): string {
  return file(context.program.outputs.map((output) => outputDoc(context, output)));
}

function outputDoc(context: TerraformContext, { name, description, value }: Output): Doc {
  return block(
    `output ${quote(snakeCase(name))}`,
    attributes([
      { key: "description", value: quote(description) },
      { key: "value", value: createPrinter(context, { at: `outputs.${name}` }).print(value) },
    ]),
  );
}

export const BACKEND_EXAMPLE = `# Copy to backend.tf to keep the state in a storage account; without it the state is a local file.
# The state holds resource ids and settings: give the container to the pipeline's identity alone.
terraform {
  backend "azurerm" {
    resource_group_name  = "rg-terraform-state"
    storage_account_name = "<storage account>"
    container_name       = "tfstate"
    key                  = "mlops.tfstate"
    use_azuread_auth     = true
  }
}
`;
