"""Azure ML's own Python client (azure-ai-ml) on data, code, command jobs and computes: upload, submit, stream, download, cancel, archive.

Environment: SUBSCRIPTION, TENANT, CLIENT_ID, CLIENT_SECRET, AUTHORITY, FOLDER (holds `code/` and `iris.csv`); for the cloud
ARM_CLOUD_METADATA_URL and AZUREML_CURRENT_CLOUD; for TLS REQUESTS_CA_BUNDLE; for blobs HTTPS_PROXY. Prints one JSON object with what it saw.
"""
import contextlib
import io
import json
import logging
import os

from azure.ai.ml import Input, MLClient, Output, command
from azure.ai.ml.entities import AmlCompute, Data, Environment
from azure.ai.ml.exceptions import JobException
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential

logging.disable(logging.WARNING)
environ = os.environ
folder = environ["FOLDER"]
credential = ClientSecretCredential(
    environ["TENANT"],
    environ["CLIENT_ID"],
    environ["CLIENT_SECRET"],
    authority=environ["AUTHORITY"],
    disable_instance_discovery=True,
)
ml = MLClient(credential, environ["SUBSCRIPTION"], "rg-ml", "mlw-fixture")
seen = {}

workspace = ml.workspaces.get("mlw-fixture")
seen["workspace"] = [workspace.name, workspace.mlflow_tracking_uri.split("/")[0]]
seen["datastore"] = ml.datastores.get_default().name

cluster = ml.compute.begin_create_or_update(AmlCompute(name="from-python", size="Standard_D4ds_v5", max_instances=1)).result()
seen["compute"] = [cluster.name, cluster.provisioning_state, cluster.max_instances]

data = ml.data.create_or_update(Data(name="iris", version="1", type="uri_file", path=os.path.join(folder, "iris.csv")))
seen["data"] = [data.name, data.version]
environment = ml.environments.create_or_update(Environment(name="node", version="1", image="docker.io/library/node:24"))


def job(name, line, **more):
    return command(name=name, command=line, environment=environment, compute="from-python", experiment_name="from-python", **more)


def streamed(name):
    printed = io.StringIO()
    error = None
    with contextlib.redirect_stdout(printed):
        try:
            ml.jobs.stream(name)
        except JobException as problem:
            error = str(problem)
    return printed.getvalue(), error


# The client prints the log of a job that it sees running, so these jobs wait for it.
training = job(
    "py-train",
    "sleep 5; node train.mjs ${{inputs.data}} ${{outputs.model}} ${{inputs.rate}}",
    code=os.path.join(folder, "code"),
    inputs={"data": Input(type="uri_file", path="azureml:iris:1"), "rate": 0.1},
    outputs={"model": Output(type="uri_folder")},
)
submitted = ml.jobs.create_or_update(training)
output, error = streamed("py-train")
seen["streamed"] = ["rows 5.1,3.5 rate 0.1" in output, error]
finished = ml.jobs.get("py-train")
seen["job"] = [submitted.name, finished.status, finished.type, finished.experiment_name]
ml.jobs.download("py-train", download_path=folder, output_name="model")
with open(os.path.join(folder, "named-outputs", "model", "model.txt")) as file:
    seen["downloaded"] = file.read()

again = job("py-again", "node train.mjs ${{inputs.data}} ${{outputs.model}} ${{inputs.rate}}", code=os.path.join(folder, "code"),
            inputs={"data": Input(type="uri_file", path="azureml:iris:1"), "rate": 0.2}, outputs={"model": Output(type="uri_folder")})
again = ml.jobs.create_or_update(again)
streamed("py-again")
seen["same_code"] = str(ml.jobs.get("py-again").code) == str(finished.code)

ml.jobs.create_or_update(job("py-fail", "sleep 5; echo broken; exit 7"))
output, error = streamed("py-fail")
seen["failed"] = ["broken" in output, "exited with code 7" in (error or "")]

ml.jobs.create_or_update(job("py-cancel", "sleep 300"))
ml.jobs.begin_cancel("py-cancel").result()
seen["canceled"] = ml.jobs.get("py-cancel").status

ml.jobs.archive("py-fail")
seen["listed"] = sorted(each.name for each in ml.jobs.list())
try:
    ml.jobs.create_or_update(job("py-bad", "echo ${{inputs.none}}", inputs={"rate": 1}))
    seen["refused"] = None
except HttpResponseError as problem:
    seen["refused"] = problem.error.code
except Exception as problem:
    seen["refused"] = type(problem).__name__
ml.compute.begin_delete("from-python").wait()
seen["computes"] = [each.name for each in ml.compute.list()]
print(json.dumps(seen))
