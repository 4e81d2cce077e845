import { vmSize } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { objectAt, textAt, textsAt } from "../common/body.ts";
import { parentOf } from "../common/ids.ts";
import { closedBecause, failed, isOpen, type Pool, poolsOf } from "./pools.ts";
import { BUILT_IN, type Toleration, tolerationSettings } from "./taints.ts";

/** ARM users must set these; the CLI adds them silently. */
const REQUIRED = ["cluster_name", "domain", "location"];
const SERVICE_TYPES = ["LoadBalancer", "NodePort", "ClusterIP"];
const HA_NODES = 3;
const LEAST_VCPUS = 4;
const LEAST_MEMORY_GIB = 14;

/**
 * What the installation of Azure ML's charts trips over: settings that are missing, and nodes that its pods cannot run on.
 * Throws what makes the extension Failed. Sources: Azure ML's troubleshooting page for the extension (codes E4xxxx) and
 * the settings that the CLI's partner code sends.
 */
export function installAzureMl(host: CloudHost, extension: Resource): void {
  const settings = objectAt(extension, "properties.configurationSettings");
  const hidden = textsAt(extension, "properties.protectedKeys");
  checkSettings(settings, hidden);
  const pools = poolsOf(host, parentOf(extension.id));
  const components = [...BUILT_IN, ...tolerationSettings(settings, "toleration")];
  const open = pools.filter((pool) => isOpen(pool, components));
  if (open.every((pool) => pool.nodes === 0)) {
    throw failed(
      `no node takes the extension's own pods: ${closedBecause(pools, components)}; set toleration[i] for one of them, or add a pool without taint`,
    );
  }
  checkWorkloads(pools, [...BUILT_IN, ...tolerationSettings(settings, "workLoadToleration")]);
  checkNodes(settings, open);
}

function checkSettings(settings: JsonObject, hidden: readonly string[]): void {
  const [training, inference] = [isTrue(settings.enableTraining), isTrue(settings.enableInference)];
  if (!training && !inference) throw failed("neither enableTraining nor enableInference is True; at least one is needed");
  const missing = REQUIRED.filter((key) => textAt(settings, key) === undefined || settings[key] === "");
  if (missing.length > 0)
    throw failed(`configurationSettings lacks ${missing.join(", ")}; the CLI sets them by itself, a template has to`);
  if (!inference) return;
  const service = textAt(settings, "inferenceRouterServiceType");
  if (service === undefined || !SERVICE_TYPES.some((type) => type.toLowerCase() === service.toLowerCase())) {
    throw failed(
      `inferenceRouterServiceType is ${service ?? "missing"}; with enableInference it must be one of ${SERVICE_TYPES.join(", ")}`,
    );
  }
  const certificate =
    textAt(settings, "sslSecret") !== undefined || ["scoringFe.sslCert", "sslCertPemFile"].some((key) => hidden.includes(key));
  if (!isTrue(settings.allowInsecureConnections) && !certificate) {
    throw failed(
      "allowInsecureConnections is not True and there is no certificate; set sslSecret and sslCname, or the protected sslCertPemFile and sslKeyPemFile",
    );
  }
}

/** When a cluster has pools for users, jobs and models must fit on at least one of them. */
function checkWorkloads(pools: readonly Pool[], tolerations: readonly Toleration[]): void {
  const users = pools.filter((pool) => pool.mode === "User");
  if (users.length === 0 || users.some((pool) => isOpen(pool, tolerations))) return;
  throw failed(
    `no user pool takes jobs and models: ${closedBecause(users, tolerations)}; set workLoadToleration[i] for the taint`,
  );
}

function checkNodes(settings: JsonObject, open: readonly Pool[]): void {
  const big = open.filter((pool) => {
    const size = vmSize(pool.vmSize);
    return size !== undefined && size.vCpus >= LEAST_VCPUS && size.memoryGiB >= LEAST_MEMORY_GIB;
  });
  if (big.length === 0) {
    throw failed(
      `no open pool has nodes of ${LEAST_VCPUS} vCPUs and ${LEAST_MEMORY_GIB} GiB or more; the pools are ${open.map((pool) => `${pool.name} (${pool.vmSize})`).join(", ")}`,
    );
  }
  if (!isTrue(settings.enableInference) || !isTrue(settings.inferenceRouterHA ?? "True")) return;
  const nodes = open.reduce((sum, pool) => sum + pool.nodes, 0);
  if (nodes < HA_NODES) {
    throw failed(
      `E40002 INSUFFICIENT_NODE: inferenceRouterHA needs ${HA_NODES} nodes and the extension's pods can use ${nodes}; add nodes, or set inferenceRouterHA to False`,
    );
  }
}

function isTrue(value: unknown): boolean {
  return String(value).toLowerCase() === "true";
}
