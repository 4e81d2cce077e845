"""What users of Triton's and KServe's servers do with tritonclient, against a model server's address (QUAYSIDE_MODEL_SERVER, host:port).

Models: `linear` (X: FP32 [-1, 4]; label INT64, probabilities FP32 [-1, 3]). Prints one JSON object with what it saw.
"""
import importlib.metadata
import json
import os

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

seen = {"client": importlib.metadata.version("tritonclient")}
client = triton.InferenceServerClient(os.environ["QUAYSIDE_MODEL_SERVER"], concurrency=4)
rows = np.array([[5.1, 3.5, 1.4, 0.2], [6, 3, 5, 2]], dtype=np.float32)


def infer(binary_input, binary_output, **options):
    given = triton.InferInput("X", list(rows.shape), "FP32")
    given.set_data_from_numpy(rows, binary_data=binary_input)
    outputs = [triton.InferRequestedOutput(name, binary_data=binary_output) for name in ("label", "probabilities")]
    result = client.infer("m", [given], outputs=outputs, **options)
    return {name: result.as_numpy(name).tolist() for name in ("label", "probabilities")}, result.get_response()


seen["live"], seen["ready"], seen["modelReady"] = client.is_server_live(), client.is_server_ready(), client.is_model_ready("m")
seen["server"] = client.get_server_metadata()
seen["model"] = client.get_model_metadata("m")
answers = {}
for binary_input in (True, False):
    for binary_output in (True, False):
        answers[f"{binary_input}/{binary_output}"] = infer(binary_input, binary_output)[0]
seen["answers"] = answers
seen["id"] = infer(True, True, request_id="r-7")[1].get("id")
seen["version"] = infer(True, True, model_version="3")[1]["model_version"]
for coding in ("gzip", "deflate"):
    seen[coding] = infer(True, True, request_compression_algorithm=coding)[0] == answers["True/True"]
unasked = triton.InferInput("X", list(rows.shape), "FP32")
unasked.set_data_from_numpy(rows)
result = client.infer("m", [unasked])
seen["allOutputs"] = {name: result.as_numpy(name).tolist() for name in ("label", "probabilities")} == answers["True/True"]
pending = [client.async_infer("m", [unasked]) for _ in range(50)]
seen["together"] = len({str(one.get_result().as_numpy("label").tolist()) for one in pending})
try:
    wrong = triton.InferInput("X", [1, 3], "FP32")
    wrong.set_data_from_numpy(np.zeros((1, 3), dtype=np.float32))
    client.infer("m", [wrong])
except InferenceServerException as problem:
    seen["refused"] = [problem.status(), problem.message()]
seen["statistics"] = client.get_inference_statistics("m")["model_stats"][0]["inference_count"]
seen["index"] = client.get_model_repository_index()
client.unload_model("m")
seen["unloaded"] = [client.is_server_live(), client.is_model_ready("m"), client.get_model_repository_index()[0]["state"]]
client.load_model("m")
seen["loaded"] = client.is_model_ready("m")
print(json.dumps(seen))
