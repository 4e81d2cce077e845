"""Writes an ONNX file as an MLflow model. Usage: mlflow_model.py MODEL.onnx FOLDER"""

import sys

import mlflow.onnx
import onnx

mlflow.onnx.save_model(
    onnx.load(sys.argv[1]),
    sys.argv[2],
    onnx_session_options={"intra_op_num_threads": 1, "inter_op_num_threads": 1},
)
