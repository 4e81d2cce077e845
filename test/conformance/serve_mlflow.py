"""What users of MLflow's model server do with MLflow's own scoring client (QUAYSIDE_MODEL_SERVER, host:port).

Prints one JSON object with what it saw.
"""
import json
import os

import mlflow
import pandas as pd
import requests
from mlflow.pyfunc.scoring_server.client import ScoringServerClient

host, port = os.environ["QUAYSIDE_MODEL_SERVER"].split(":")
client = ScoringServerClient(host, int(port))
frame = pd.DataFrame([[5.1, 3.5, 1.4, 0.2], [6, 3, 5, 2]], columns=["a", "b", "c", "d"])
seen = {"client": mlflow.__version__}
client.ping()
client.wait_server_ready(timeout=5)
seen["version"] = client.get_version()


def answer(data):
    return json.loads(client.invoke(data).to_json())["predictions"]


seen["frame"] = answer(frame)
seen["reordered"] = answer(frame[["d", "c", "b", "a"]])
seen["asFrame"] = client.invoke(frame).get_predictions()["label"].tolist()
seen["list"] = answer(frame.values.tolist())
seen["array"] = answer(frame.values)
csv = requests.post(f"http://{host}:{port}/invocations", data=frame.to_csv(index=False), headers={"content-type": "text/csv"})
seen["csv"] = csv.json()["predictions"]
try:
    client.invoke(frame[["a", "b"]])
except Exception as problem:
    seen["refused"] = str(problem)[:200]
print(json.dumps(seen))
