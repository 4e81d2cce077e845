import type { TypeSpec } from "../contract.ts";
import { faults } from "./faults.ts";

const FORM = /^(\d{4}-\d{2}-\d{2})(-[a-z]+(\.\d+)?)?$/i;

/** Some clients send the name percent-encoded or in another case; a query parser has undone the first. */
export function readApiVersion(query: URLSearchParams): string {
  const value = query.get("api-version") ?? [...query].find(([name]) => name.toLowerCase() === "api-version")?.[1];
  if (value === undefined || value === "") throw faults.missingApiVersion();
  const date = FORM.exec(value)?.[1];
  if (date === undefined || Number.isNaN(Date.parse(date))) throw faults.invalidApiVersion(value);
  return value.toLowerCase();
}

/** Any well-formed date from the type's oldest version on: clients of many ages come, and bodies differ little. */
export function checkTypeVersion(type: string, spec: Pick<TypeSpec, "apiVersions">, apiVersion: string): void {
  const oldest = spec.apiVersions.map((version) => version.slice(0, 10)).sort()[0];
  if (oldest !== undefined && apiVersion.slice(0, 10) < oldest)
    throw faults.noRegisteredProvider(type, apiVersion, spec.apiVersions);
}
