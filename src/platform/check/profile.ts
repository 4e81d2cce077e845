import { isObject, type JsonValue } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { PROFILE_BOUNDS, PROFILE_CHOICES, PROFILES } from "../profiles.ts";
import { problem, type Rule, type Values, warning } from "./values.ts";

/** AKS takes minors that are in support; the Azure ML extension follows a few weeks behind a new one. */
const KUBERNETES_MINORS = { oldest: 34, newest: 36, asOf: "2026-11" };

/** Azure numbers them alike in every region that has some. */
const ZONES = ["1", "2", "3"];

export const checkProfile: Rule = (values) => [...overrides(values), ...kubernetes(values), ...scoring(values)];

function overrides({ given }: Values): Diagnostic[] {
  if (!isObject(given.profileOverrides)) return [];
  return Object.entries(given.profileOverrides).flatMap(([key, value = null]) => {
    const fault = overrideFault(key, value);
    return fault === undefined ? [] : [problem(fault.code, `profileOverrides.${key}`, fault.message, fault.help)];
  });
}

function overrideFault(key: string, value: JsonValue): { code: string; message: string; help: string } | undefined {
  const seen = `${key} is ${JSON.stringify(value)}`;
  if (!Object.hasOwn(PROFILES.dev, key)) return undefined; // the parameter's own keys refuse it
  if (isKey(PROFILE_CHOICES, key)) {
    const choices: readonly string[] = PROFILE_CHOICES[key];
    return typeof value === "string" && choices.includes(value)
      ? undefined
      : { code: "profile-value", message: seen, help: `use one of ${choices.join(", ")}` };
  }
  if (isKey(PROFILE_BOUNDS, key)) {
    const [least, most] = PROFILE_BOUNDS[key];
    const fits = Number.isInteger(value) && Number(value) >= least && Number(value) <= most;
    return fits ? undefined : { code: "profile-value", message: seen, help: `use a whole number from ${least} to ${most}` };
  }
  if (key === "availabilityZones") {
    const fits = Array.isArray(value) && value.every((zone) => typeof zone === "string" && ZONES.includes(zone));
    return fits && new Set(value).size === value.length
      ? undefined
      : { code: "profile-value", message: seen, help: `use a list of ${ZONES.map((zone) => `"${zone}"`).join(", ")}, each once` };
  }
  if (key === "systemNodeTaints") {
    const fits = Array.isArray(value) && value.every((item) => typeof item === "string");
    return fits ? undefined : { code: "profile-value", message: seen, help: "use a list of texts" };
  }
  return typeof value === "boolean" ? undefined : { code: "profile-value", message: seen, help: "use true or false" };
}

function isKey<Table extends object>(table: Table, key: string): key is Extract<keyof Table, string> {
  return Object.hasOwn(table, key);
}

function kubernetes({ kubernetesVersion, profile }: Values): Diagnostic[] {
  const match = /^1\.(\d+)(\.\d+)?$/.exec(kubernetesVersion);
  if (!match) return []; // the parameter's own pattern refuses it
  const minor = Number(match[1]);
  const { oldest, newest, asOf } = KUBERNETES_MINORS;
  if (minor < oldest || minor > newest) {
    return [
      warning(
        "kubernetes-version",
        "kubernetesVersion",
        `kubernetesVersion is ${kubernetesVersion}; AKS offered 1.${oldest} to 1.${newest} in ${asOf}`,
        "see az aks get-versions",
      ),
    ];
  }
  const channel = profile.upgradeChannel;
  if (channel === "stable" || channel === "rapid") {
    return [
      warning(
        "kubernetes-minor-outgrown",
        "profileOverrides.upgradeChannel",
        `upgradeChannel ${channel} leaves minor 1.${minor} by itself, and the next deployment would ask for a downgrade, which AKS refuses`,
        "use patch and raise kubernetesVersion by hand, or raise it after each upgrade",
      ),
    ];
  }
  if (match[2] === undefined || channel === "none" || channel === "node-image") return [];
  return [
    warning(
      "kubernetes-patch-pinned",
      "kubernetesVersion",
      `kubernetesVersion pins patch ${kubernetesVersion}; after an automatic upgrade the next deployment would ask for a downgrade`,
      `use 1.${minor}`,
    ),
  ];
}

function scoring({ scoringHostName, scoringTlsSecretName, environmentName }: Values): Diagnostic[] {
  if ((scoringHostName === "") !== (scoringTlsSecretName === "")) {
    const missing = scoringHostName === "" ? "scoringHostName" : "scoringTlsSecretName";
    return [
      problem(
        "scoring-tls-incomplete",
        missing,
        `${missing} is empty, but TLS needs both host name and secret`,
        "give both or neither",
      ),
    ];
  }
  if (environmentName !== "prod" || scoringHostName !== "") return [];
  return [
    warning(
      "scoring-without-tls",
      "scoringHostName",
      "prod would serve scores over plain HTTP on an internal address",
      "give scoringHostName and scoringTlsSecretName",
    ),
  ];
}
