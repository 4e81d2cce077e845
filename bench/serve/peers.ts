import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RequestShape } from "../load/connection.ts";
import { ROOT } from "../load/tools.ts";

export interface Prediction {
  readonly label: number;
  /** Empty when the protocol of the server does not give them. */
  readonly probabilities: readonly number[];
}

export interface Peer {
  readonly name: string;
  /** Of the Python index; none for what is not Python. */
  readonly packages: readonly string[];
  /** Argument vector of the server for a folder with `model.onnx`. `bin` is that of its virtual environment. */
  command(options: { readonly bin: string; readonly model: string; readonly port: number }): readonly string[];
  /** Run once before the first start. */
  prepare?(options: { readonly bin: string; readonly model: string }): readonly string[];
  readonly cwd?: string;
  readonly env?: (port: number) => Readonly<Record<string, string>>;
  readonly request: RequestShape;
  read(body: unknown): Prediction;
}

export const PEERS_FOLDER = join(import.meta.dirname, "peers");
const ROWS = [[6.0, 2.7, 5.1, 1.6]];
const json = { "content-type": "application/json" };
const scoring: RequestShape = { path: "/score", headers: json, body: JSON.stringify({ data: ROWS }) };
/** The built package, as an image runs it. */
const ownServer = join(ROOT, "dist", "serve", "server-main.js");

type Table = { readonly predictions: readonly number[]; readonly probabilities: readonly (readonly number[])[] };
const readTable = (body: unknown): Prediction => {
  const { predictions, probabilities } = body as Table;
  return { label: predictions[0] ?? Number.NaN, probabilities: probabilities[0] ?? [] };
};

/** MLflow's ONNX flavour gives each output under its own name. */
const readMlflow = (body: unknown): Prediction => {
  const { label, probabilities } = (body as { predictions: { label: number[]; probabilities: number[][] } }).predictions;
  return { label: label[0] ?? Number.NaN, probabilities: probabilities[0] ?? [] };
};

const readTensors = (body: unknown): Prediction => {
  const [predictions, probabilities] = (body as { outputs: { data: number[] }[] }).outputs;
  return { label: predictions?.data[0] ?? Number.NaN, probabilities: probabilities?.data ?? [] };
};

/** Every server of Python runs one worker with one thread of onnxruntime, since it has one core, and the settings of its own documentation otherwise. */
export const PEERS: readonly Peer[] = [
  ...(["own", "onnxruntime"] as const).map((engine) => ({
    name: engine === "own" ? "quayside" : "quayside, onnxruntime",
    packages: [],
    command: ({ model, port }: { readonly model: string; readonly port: number }) => [
      process.execPath,
      ownServer,
      model,
      "--engine",
      engine,
      "--port",
      String(port),
    ],
    request: scoring,
    read: readTable,
  })),
  {
    name: "FastAPI + uvloop + onnxruntime",
    packages: ["fastapi", "uvicorn", "uvloop", "httptools", "orjson", "onnxruntime"],
    command: ({ bin, port }) => [
      join(bin, "uvicorn"),
      "fastapi_app:app",
      "--port",
      String(port),
      "--loop",
      "uvloop",
      "--http",
      "httptools",
      "--no-access-log",
      "--log-level",
      "warning",
    ],
    request: scoring,
    read: readTable,
  },
  {
    name: "MLServer",
    packages: ["mlserver", "onnxruntime"],
    command: ({ bin }) => [join(bin, "mlserver"), "start", "mlserver"],
    env: (port) => ({
      MLSERVER_HOST: "127.0.0.1",
      MLSERVER_HTTP_PORT: String(port),
      MLSERVER_GRPC_PORT: String(port + 1),
      MLSERVER_METRICS_PORT: String(port + 2),
      // In the server's own process: workers would only share the one core.
      MLSERVER_PARALLEL_WORKERS: "0",
      MLSERVER_LOGGING_SETTINGS: "",
    }),
    request: {
      path: "/v2/models/iris/infer",
      headers: json,
      body: JSON.stringify({ inputs: [{ name: "X", shape: [1, 4], datatype: "FP32", data: ROWS.flat() }] }),
    },
    read: readTensors,
  },
  {
    name: "BentoML",
    packages: ["bentoml", "onnxruntime"],
    command: ({ bin, port }) => [
      join(bin, "bentoml"),
      "serve",
      "bentoml_app:Iris",
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
    ],
    env: () => ({ BENTOML_DO_NOT_TRACK: "True" }),
    request: scoring,
    read: readTable,
  },
  {
    name: "LitServe",
    packages: ["litserve", "onnxruntime"],
    command: ({ bin, port }) => [join(bin, "python"), "litserve_app.py", String(port)],
    request: scoring,
    read: readTable,
  },
  {
    name: "MLflow",
    packages: ["mlflow", "onnx", "onnxruntime"],
    prepare: ({ bin, model }) => [join(bin, "python"), "mlflow_model.py", join(model, "model.onnx"), join(model, "mlflow")],
    command: ({ bin, model, port }) => [
      join(bin, "mlflow"),
      "models",
      "serve",
      "-m",
      join(model, "mlflow"),
      "--env-manager",
      "local",
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--workers",
      "1",
    ],
    request: { path: "/invocations", headers: json, body: JSON.stringify({ inputs: ROWS }) },
    read: readMlflow,
  },
  {
    name: "azureml-inference-server-http",
    packages: ["azureml-inference-server-http", "onnxruntime"],
    command: ({ bin, model, port }) => [
      join(bin, "azmlinfsrv"),
      "--entry_script",
      join(PEERS_FOLDER, "azureml", "score.py"),
      "--model_dir",
      model,
      "--port",
      String(port),
      "--health_port",
      String(port + 1),
      "--worker_count",
      "1",
    ],
    request: scoring,
    read: readTable,
  },
];

/** A folder name for a peer's virtual environment. */
export const venvOf = ({ name }: Peer): string => name.toLowerCase().split(/[^a-z]/)[0] ?? "";

/** Where servers may leave files of their own. */
export function scratch(): string {
  const folder = join(ROOT, ".tools", "bench-scratch");
  mkdirSync(folder, { recursive: true });
  return folder;
}
