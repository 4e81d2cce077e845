"""What Quayside's users do with MLflow's own Python client, against a workspace's tracking address.

Environment: MLFLOW_TRACKING_URI, MLFLOW_TRACKING_TOKEN, and for TLS REQUESTS_CA_BUNDLE. Prints one JSON object with what it saw.
"""
import json
import os
import tempfile

import mlflow
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

seen = {"client": mlflow.__version__}
client = MlflowClient()


def refused(action):
    try:
        action()
        return None
    except MlflowException as problem:
        return problem.error_code


mlflow.set_experiment("flowers")
with mlflow.start_run(run_name="first") as run:
    mlflow.log_param("trees", 5)
    mlflow.log_metric("accuracy", 0.5, step=1)
    mlflow.log_metric("accuracy", 0.9, step=2)
    mlflow.log_metrics({"loss": float("nan")})
    mlflow.set_tag("team", "blue")
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "model"))
        for name, text in {"MLmodel": "flavors: {}\n", "weights/a.txt": "abc"}.items():
            path = os.path.join(folder, "model", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                file.write(text)
        mlflow.log_artifacts(folder)
    mlflow.log_text("hello", "notes/hello.txt")
    run_id = run.info.run_id

read = client.get_run(run_id)
seen["run"] = {
    "name": read.info.run_name,
    "status": read.info.status,
    "params": read.data.params,
    "accuracy": read.data.metrics["accuracy"],
    "lossIsNaN": read.data.metrics["loss"] != read.data.metrics["loss"],
    "team": read.data.tags["team"],
    "history": [[m.step, m.value] for m in client.get_metric_history(run_id, "accuracy")],
}
seen["paramIsImmutable"] = refused(lambda: client.log_param(run_id, "trees", 6))
seen["sameParamAgain"] = refused(lambda: client.log_param(run_id, "trees", 5))
seen["artifacts"] = sorted(f.path for f in client.list_artifacts(run_id))
# Full addresses: below runs:/ clients from 3.0 on look for logged models first, which Azure ML does not have.
root = read.info.artifact_uri
seen["nested"] = [[f.path, f.is_dir, f.file_size] for f in mlflow.artifacts.list_artifacts(artifact_uri=f"{root}/model/weights")]
seen["text"] = mlflow.artifacts.load_text(f"{root}/notes/hello.txt")

with mlflow.start_run(run_name="second"):
    mlflow.log_metric("accuracy", 0.7)
experiment = client.get_experiment_by_name("flowers")
ids = [experiment.experiment_id]
seen["best"] = [r.info.run_name for r in client.search_runs(ids, "metrics.accuracy > 0.8", order_by=["metrics.accuracy DESC"])]
seen["byParam"] = [r.info.run_name for r in client.search_runs(ids, "params.trees = '5' and attributes.status = 'FINISHED'")]
seen["ordered"] = [r.info.run_name for r in client.search_runs(ids, order_by=["metrics.accuracy ASC"])]
pages = client.search_runs(ids, max_results=1)
seen["pages"] = len(pages) + len(client.search_runs(ids, max_results=1, page_token=pages.token))
seen["badFilter"] = refused(lambda: client.search_runs(ids, "metrics.accuracy ~ 3"))
seen["experiments"] = [e.name for e in client.search_experiments(filter_string="name LIKE 'flow%'")]
client.delete_run(run_id)
seen["deleted"] = [r.info.run_name for r in client.search_runs(ids)]
client.restore_run(run_id)

client.create_registered_model("iris", description="flowers")
version = client.create_model_version("iris", f"runs:/{run_id}/model", run_id, tags={"by": "test"})
version = client.get_model_version("iris", version.version)
seen["version"] = [version.version, version.current_stage, version.status, version.run_id == run_id, version.tags]
client.set_registered_model_alias("iris", "champion", version.version)
seen["alias"] = client.get_model_version_by_alias("iris", "champion").version
client.transition_model_version_stage("iris", version.version, "Production")
seen["production"] = [v.version for v in client.get_latest_versions("iris", ["Production"])]
second = client.create_model_version("iris", f"runs:/{run_id}/model", run_id)
seen["second"] = second.version
seen["models"] = [m.name for m in client.search_registered_models("name ILIKE 'IR%'")]
seen["versions"] = [v.version for v in client.search_model_versions("name = 'iris'")]
with tempfile.TemporaryDirectory() as folder:
    place = mlflow.artifacts.download_artifacts("models:/iris@champion", dst_path=folder)
    with open(os.path.join(place, "weights/a.txt")) as file:
        seen["downloaded"] = file.read()
seen["missingModel"] = refused(lambda: client.get_registered_model("none"))
seen["missingFiles"] = refused(lambda: client.create_model_version("iris", f"runs:/{run_id}/nothing", run_id))
client.delete_registered_model_alias("iris", "champion")
seen["aliasGone"] = refused(lambda: client.get_model_version_by_alias("iris", "champion"))
client.delete_model_version("iris", "2")
seen["left"] = [v.version for v in client.search_model_versions("name = 'iris'")]

if hasattr(client, "create_logged_model"):
    try:
        client.create_logged_model(experiment.experiment_id, "m")
        seen["loggedModels"] = "served"
    except MlflowException as problem:
        seen["loggedModels"] = str(problem)

print(json.dumps(seen))
