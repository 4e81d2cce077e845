import { envelopeSuite, type Sample, type SampleContext } from "../../../envelope-suite.ts";
import { furnish, PROVIDERS, REGION, RUNTIME, STUMP } from "./testing.ts";

const ENDPOINT = "providers/Microsoft.MachineLearningServices/workspaces/mlw/onlineEndpoints/ep-one";
const workspaceOf = ({ group }: SampleContext) => `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;

const endpointBody = (context: SampleContext) => ({
  location: REGION,
  identity: { type: "SystemAssigned" },
  properties: { authMode: "Key", compute: `${workspaceOf(context)}/computes/k8s` },
});

const SAMPLES: readonly Sample[] = [
  {
    type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints",
    path: ENDPOINT,
    body: endpointBody,
    before: async ({ t, group }) => void (await furnish(t, group, "stendpoint")),
    badName: "1st_endpoint",
  },
  {
    type: "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments",
    path: `${ENDPOINT.replace("ep-one", "ep-two")}/deployments/blue`,
    body: (context) => ({
      location: REGION,
      properties: {
        endpointComputeType: "Kubernetes",
        model: `${workspaceOf(context)}/models/stump/versions/1`,
        environmentId: `${workspaceOf(context)}/environments/serve/versions/1`,
      },
    }),
    before: async (context) => {
      const world = await furnish(context.t, context.group, "stdeployment");
      await world.model("stump", "1", { "model.onnx": STUMP });
      await world.environment("serve", "quayside-serve:0.1.0");
      await context.t.put(`${world.workspace}/onlineEndpoints/ep-two`, endpointBody(context));
    },
    badName: "no_underscores",
  },
];

envelopeSuite("the envelope over online endpoints and deployments", SAMPLES, PROVIDERS, { runtime: RUNTIME });
