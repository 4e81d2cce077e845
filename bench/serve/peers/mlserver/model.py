"""A custom runtime: MLServer ships none for ONNX."""

import os
import sys

from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse

sys.path.insert(0, os.environ["BENCH_PEERS"])
import numpy as np
import scorer


class OnnxModel(MLModel):
    async def load(self) -> bool:
        self.score = scorer.load()
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        rows = NumpyCodec.decode_input(payload.inputs[0])
        answer = self.score(rows)
        return InferenceResponse(
            model_name=self.name,
            outputs=[
                NumpyCodec.encode_output("predictions", np.array(answer["predictions"])),
                NumpyCodec.encode_output("probabilities", np.array(answer["probabilities"])),
            ],
        )
