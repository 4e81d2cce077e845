/** A cloud in a process of its own, to be killed: `restart.fixture.ts STATE_DIR`. Serves one model and says when it does. */
import { STUMP, startWorld } from "./testing.ts";

const [stateDir = ""] = process.argv.slice(2);
const world = await startWorld({ stateDir, keep: true });
await world.endpoint("ep-restart");
await world.deploy("ep-restart", "blue", { model: await world.model("restart-stump", "1", { "model.onnx": STUMP }) });
await world.traffic("ep-restart", { blue: 100 });
process.send?.({ status: (await world.score("ep-restart")).status });
