"""Trains the two models that every server of the benchmark serves, and writes what they must answer.

Usage: train.py FOLDER. Writes {linear,forest}/model.onnx and expected.json (label and probabilities of one row for each).
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

ROW = [[6.0, 2.7, 5.1, 1.6]]
MODELS = {
    "linear": LogisticRegression(max_iter=1000),
    "forest": RandomForestClassifier(n_estimators=100, random_state=0),
}

folder = Path(sys.argv[1])
data, target = load_iris(return_X_y=True)
data = data.astype(np.float32)
expected = {}
for name, model in MODELS.items():
    model.fit(data, target)
    onnx = to_onnx(model, data[:1], options={id(model): {"zipmap": False}})
    path = folder / name / "model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(onnx.SerializeToString())
    label, probabilities = onnxruntime.InferenceSession(str(path)).run(None, {"X": np.array(ROW, dtype=np.float32)})
    expected[name] = {"label": int(label[0]), "probabilities": probabilities[0].tolist()}
(folder / "expected.json").write_text(json.dumps(expected))
