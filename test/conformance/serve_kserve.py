"""What users of KServe do with its own inference client, by protocol versions 1 and 2 (QUAYSIDE_MODEL_SERVER, host:port).

Prints one JSON object with what it saw.
"""
import asyncio
import importlib.metadata
import json
import os

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

url = f"http://{os.environ['QUAYSIDE_MODEL_SERVER']}"
rows = [[5.1, 3.5, 1.4, 0.2], [6.0, 3.0, 5.0, 2.0]]
seen = {"client": importlib.metadata.version("kserve")}


async def main():
    two = InferenceRESTClient(config=RESTConfig(protocol="v2"))
    seen["live"] = await two.is_server_live(url)
    seen["ready"] = await two.is_server_ready(url)
    seen["modelReady"] = await two.is_model_ready(url, "m")
    for binary in (False, True):
        given = InferInput(name="X", shape=[2, 4], datatype="FP32")
        given.set_data_from_numpy(np.array(rows, dtype=np.float32), binary_data=binary)
        answer = await two.infer(url, InferRequest(model_name="m", infer_inputs=[given]), model_name="m")
        seen["binary" if binary else "json"] = {output.name: output.as_numpy().tolist() for output in answer.outputs}
    one = InferenceRESTClient(config=RESTConfig(protocol="v1"))
    seen["one"] = await one.infer(url, {"instances": rows}, model_name="m")
    seen["oneReady"] = await one.is_model_ready(url, "m")


asyncio.run(main())
print(json.dumps(seen))
