import packageJson from "../../package.json" with { type: "json" };
import { DEFAULT_RESOURCE_GROUP } from "./session.ts";

/** Where a new repository keeps its model. */
export const MODEL_FOLDER = "model";

/** The files of a new repository that are its team's own from then on, by path. */
export function scaffold(name: string): Map<string, string> {
  return new Map([
    ["quayside.config.ts", CONFIG],
    ["package.json", json(manifest(name))],
    ["tsconfig.json", json(TYPES)],
    [".gitignore", IGNORED],
    ["README.md", readme(name)],
  ]);
}

const CONFIG = `import { defineConfig } from "quayside";

/** What this team makes different from the platform as it comes; \`quayside emit all\` prints the result. */
export default defineConfig({
  resourceGroup: "${DEFAULT_RESOURCE_GROUP}",
  model: "${MODEL_FOLDER}",
  // Defaults of every environment; bicep/parameters.<environment>.json says what is particular to one.
  parameters: {
    tags: { team: "ml" },
  },
  // Resources of your own, and members of bodies that should be different:
  // extend(platform) {
  //   platform.override("storageAccount", { properties: { allowCrossTenantReplication: false } });
  //   platform.resource("featureStoreIdentity", {
  //     type: "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30",
  //     concern: "features",
  //     name: "id-features",
  //     body: { location: platform.parameters.location, tags: platform.tags },
  //   });
  // },
});
`;

function manifest(name: string): object {
  const valid = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return {
    name: valid === "" ? "mlops-platform" : valid,
    private: true,
    type: "module",
    scripts: {
      start: "quayside up",
      plan: "quayside plan",
      emit: "quayside emit all",
      check: "quayside emit all --check && tsc",
    },
    devDependencies: { quayside: `^${packageJson.version}`, typescript: packageJson.devDependencies.typescript },
  };
}

const TYPES = {
  compilerOptions: {
    target: "ES2024",
    module: "NodeNext",
    strict: true,
    noEmit: true,
    erasableSyntaxOnly: true,
    verbatimModuleSyntax: true,
    skipLibCheck: true,
  },
  include: ["*.config.ts"],
};

const IGNORED = `node_modules/
.quayside/
.terraform/
*.tfstate
*.tfstate.*
terraform.tfvars
`;

function readme(name: string): string {
  return `# ${name}

A production MLOps platform on Azure Kubernetes Service and Azure Machine Learning, and a model that takes its way through it.

\`\`\`sh
quayside up                                       # rehearse everything on the embedded Azure
quayside up -p bicep/parameters.staging.json      # the same with another environment
quayside plan -p bicep/parameters.prod.json       # what it would make, and what it would cost
quayside up --cloud azure --subscription <id>     # on Azure
quayside down --cloud azure --subscription <id>   # and away again
\`\`\`

| | |
| --- | --- |
| \`quayside.config.ts\` | what is different here from the platform as it comes: parameters, resources of your own, changed bodies |
| \`bicep/parameters.<environment>.json\` | parameters of one environment; \`quayside\` takes them with \`-p\`, \`scripts/deploy.sh\` finds them by \`ENVIRONMENT\` |
| \`${MODEL_FOLDER}/\` | the model: training, Azure ML files, release plan |
| \`bicep/\`, \`terraform/\`, \`scripts/\`, \`kubernetes/\` | printed from the definition: do not change them by hand. \`quayside emit all\` writes them, \`quayside emit all --check\` fails when they are stale |

After a change of \`quayside.config.ts\`: \`npm run emit\`, then look at the difference as you would at any other.
`;
}

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
