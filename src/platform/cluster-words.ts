import { DEFAULTS } from "./defaults.ts";

/** Where jobs and models run; made by Resource Manager. */
export const COMPUTE_NAMESPACE = DEFAULTS.computeNamespace;
/** Where the extension's own components run; made by the extension. */
export const EXTENSION_NAMESPACE = "azureml";
export const BACKUP_NAMESPACE = "dataprotection-microsoft";

export const PART_OF = { "app.kubernetes.io/part-of": "mlops" };
/** Azure ML's own label of the pods of a deployment of an online endpoint. */
export const MODEL_LABELS = { isazuremlapp: "true" };
/** The scoring port of a model's pod. */
export const MODEL_PORT = 5001;
