import { spawn } from "node:child_process";
import { EXIT } from "../../report/index.ts";
import { SERVER_FLAGS } from "../../serve/server-flags.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import { executable } from "../package.ts";

/** Where Azure ML's own inference server listens. */
const PORT = "5001";

type ServeFlags = Readonly<Record<string, string | boolean | undefined>>;

const camel = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

export const serve = command<ServeFlags, [model: string]>({
  brief: BRIEFS.serve,
  fullDescription: `Answers Azure ML's scoring route, the Open Inference Protocol, MLflow's and TensorFlow Serving's, on port ${PORT} unless told otherwise; prints JSON lines.`,
  flags: Object.fromEntries(
    Object.entries(SERVER_FLAGS).map(([name, { value, brief }]) => [
      camel(name),
      { kind: "parsed", parse: String, optional: true, placeholder: value.toLowerCase(), brief },
    ]),
  ),
  positional: {
    kind: "tuple",
    parameters: [{ brief: "An ONNX file, or a folder that holds one", parse: String, placeholder: "model" }],
  },
  async run(flags, { cwd, env, signal }, model) {
    const options = Object.keys(SERVER_FLAGS).flatMap((name) => {
      const value = flags[camel(name)] ?? (name === "port" ? PORT : undefined);
      return typeof value === "string" ? [`--${name}`, value] : [];
    });
    // The channel ends it when this process ends, however that happens.
    const server = spawn(process.execPath, [executable("serve/server-main"), model, ...options], {
      cwd,
      env,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    signal.addEventListener("abort", () => server.kill("SIGTERM"), { once: true });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.once("exit", (code) => resolve(code ?? EXIT.failed));
    });
  },
});
