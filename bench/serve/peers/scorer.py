"""The model behind every Python server: onnxruntime on one thread, the same file for all."""

import os

import numpy as np
import onnxruntime


def load():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(os.path.join(os.environ["BENCH_MODEL"], "model.onnx"), options)

    def score(rows):
        label, probabilities = session.run(None, {"X": np.asarray(rows, dtype=np.float32)})
        return {"predictions": label.tolist(), "probabilities": probabilities.tolist()}

    return score
