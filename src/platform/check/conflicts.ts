import { problem, type Rule, type Values, warning } from "./values.ts";

/** Two settings that Azure or the platform's parts do not take together. */
interface Conflict {
  readonly code: string;
  /** Where to change it. */
  readonly at: string;
  readonly severity?: "warning";
  readonly holds: (values: Values) => boolean;
  /** `A excludes B because ...` */
  readonly message: (values: Values) => string;
  readonly help: string;
}

/** Each with its source, which is part of the message. */
const CONFLICTS: readonly Conflict[] = [
  {
    code: "private-registry-sku",
    at: "profileOverrides.registrySku",
    holds: ({ profile }) => profile.privateNetworking && profile.registrySku !== "Premium",
    message: ({ profile }) =>
      `privateNetworking excludes registrySku ${profile.registrySku} because only Premium registries take private endpoints (source: Azure Container Registry SKUs)`,
    help: "use Premium, or set profileOverrides.privateNetworking to false",
  },
  {
    code: "private-api-server-ranges",
    at: "apiServerAllowedRanges",
    holds: ({ profile, given }) =>
      profile.privateApiServer && Array.isArray(given.apiServerAllowedRanges) && given.apiServerAllowedRanges.length > 0,
    message: () =>
      "privateApiServer excludes apiServerAllowedRanges because a private API server has no public address to restrict (source: AKS authorized IP ranges)",
    help: "leave the ranges empty",
  },
  {
    code: "public-api-server-open",
    at: "apiServerAllowedRanges",
    severity: "warning",
    holds: ({ environmentName, profile, given }) =>
      environmentName === "prod" &&
      !profile.privateApiServer &&
      !(Array.isArray(given.apiServerAllowedRanges) && given.apiServerAllowedRanges.length > 0),
    message: () => "the API server of prod answers the whole internet, though only to Microsoft Entra sign-ins",
    help: "give apiServerAllowedRanges, or set profileOverrides.privateApiServer to true before the first deployment",
  },
  {
    code: "isolated-compute-without-private-networking",
    at: "profileOverrides.computeInternetAccess",
    severity: "warning",
    holds: ({ profile }) => !profile.computeInternetAccess && !profile.privateNetworking,
    message: () =>
      "computeInternetAccess false leaves the training nodes to Azure's service tags, which reach everybody's storage accounts (source: Azure ML data exfiltration)",
    help: "set profileOverrides.privateNetworking to true as well",
  },
];

export const checkConflicts: Rule = (values) =>
  CONFLICTS.filter((conflict) => conflict.holds(values)).map(({ code, at, severity, message, help }) =>
    (severity === "warning" ? warning : problem)(code, at, message(values), help),
  );
