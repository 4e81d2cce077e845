import type { JsonObject } from "../../../base/index.ts";
import type { ActionSpec, CloudHost } from "../../contract.ts";
import { objectAt, withDefaults } from "../common/body.ts";

const COLLECTION = "insights-billing-features";
const DEFAULTS: JsonObject = {
  CurrentBillingFeatures: ["Basic"],
  DataVolumeCap: {
    Cap: 100,
    WarningThreshold: 90,
    ResetTime: 24,
    StopSendNotificationWhenHitCap: false,
    StopSendNotificationWhenHitThreshold: false,
  },
};

/** A document beside the component, which Terraform's azurerm reads and writes whenever it makes one. */
export function currentBillingFeatures(host: CloudHost): ActionSpec {
  return {
    permission: "currentbillingfeatures/write",
    methods: ["GET", "PUT"],
    run({ method, resource, body }) {
      const key = resource.id.toLowerCase();
      const known = host.store.get<JsonObject>(COLLECTION, key) ?? DEFAULTS;
      if (method !== "PUT") return { status: 200, body: known };
      const changed = withDefaults(objectAt({ body }, "body"), known);
      host.store.put(COLLECTION, key, changed);
      return { status: 200, body: changed };
    },
  };
}
