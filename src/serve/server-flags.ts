/** The options of the model server: one table for its parser, its usage line and the help of `quayside serve`. */
export const SERVER_FLAGS = {
  port: { value: "N", brief: "Port; 0 takes a free one" },
  host: { value: "ADDRESS", brief: "Address to listen on; 127.0.0.1 unless given" },
  name: { value: "NAME", brief: "Name of the model in paths and metrics" },
  version: { value: "VERSION", brief: "Version of the model in paths and metrics" },
  engine: { value: "auto|own|onnxruntime", brief: "What computes the model; auto takes own code where it can" },
  "model-control": { value: "none|explicit", brief: "Whether callers may load and unload the model; none unless given" },
  workers: { value: "auto|N", brief: "Processes behind the port, else WORKER_COUNT, else 1; auto takes the usable processors" },
  threads: { value: "auto|N", brief: "Threads for ONNX Runtime; auto takes some for models that would hold up others" },
  "max-body-bytes": { value: "N", brief: "The largest body" },
  "max-text-bytes": { value: "N", brief: "The largest body of JSON or CSV; more goes as binary tensors" },
  "request-timeout-ms": { value: "N", brief: "How long a request may take to arrive" },
  "max-rows": { value: "N", brief: "The most rows in a request" },
  "max-batch-rows": { value: "N", brief: "The most rows of different requests in a run; 1 where rows influence each other" },
  "max-batch-wait-ms": { value: "N", brief: "How long a request may wait for others to share its run" },
  "target-p99-ms": { value: "N", brief: "The latency that the row limit of a run is kept for" },
  "deadline-ms": { value: "N", brief: "A request that would wait for longer is refused when it comes" },
  collect: { value: "DIR", brief: "Keep what was asked and answered there" },
  "collect-as": { value: "ENDPOINT/DEPLOYMENT", brief: "Whose data it is" },
  "collect-what": { value: "model_inputs,..", brief: "Which of model_inputs, model_outputs, request, response" },
  "collect-rate": { value: "SHARE", brief: "Share of the requests that is kept" },
  "collect-drop": { value: "COLUMN,..", brief: "Columns that are not kept" },
  "collect-headers": { value: "NAME,..", brief: "Request headers that are kept" },
  "drain-delay-ms": { value: "N", brief: "How long to go on serving with failing readiness at the end" },
  "drain-timeout-ms": { value: "N", brief: "How long requests in flight may take at the end" },
} as const satisfies Readonly<Record<string, { readonly value: string; readonly brief: string }>>;

export type ServerFlag = keyof typeof SERVER_FLAGS;
