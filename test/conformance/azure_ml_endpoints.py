"""Azure ML's own Python client (azure-ai-ml) on a Kubernetes online endpoint: create, deploy, route, invoke, read logs, delete.

Environment: SUBSCRIPTION, TENANT, CLIENT_ID, CLIENT_SECRET, AUTHORITY, MODEL (a folder); for the cloud ARM_CLOUD_METADATA_URL and
AZUREML_CURRENT_CLOUD; for TLS REQUESTS_CA_BUNDLE; for blobs HTTPS_PROXY. Prints one JSON object with what it saw.
"""
import json
import logging
import os

from azure.ai.ml import MLClient
from azure.ai.ml.entities import (
    DataCollector,
    DeploymentCollection,
    Environment,
    KubernetesOnlineDeployment,
    KubernetesOnlineEndpoint,
    Model,
    OnlineRequestSettings,
)
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential

logging.disable(logging.WARNING)
environ = os.environ
credential = ClientSecretCredential(
    environ["TENANT"],
    environ["CLIENT_ID"],
    environ["CLIENT_SECRET"],
    authority=environ["AUTHORITY"],
    disable_instance_discovery=True,
)
ml = MLClient(credential, environ["SUBSCRIPTION"], "rg", "mlw")
seen = {}

endpoint = ml.online_endpoints.begin_create_or_update(
    KubernetesOnlineEndpoint(name="ep-python", compute="k8s", auth_mode="key")
).result()
seen["endpoint"] = [endpoint.name, endpoint.provisioning_state, endpoint.auth_mode, endpoint.traffic]

model = ml.models.create_or_update(Model(name="stump", version="1", path=environ["MODEL"], type="custom_model"))
routes = {
    "liveness_route": {"path": "/v2/health/live", "port": 5001},
    "readiness_route": {"path": "/v2/health/ready", "port": 5001},
    "scoring_route": {"path": "/score", "port": 5001},
}
environment = ml.environments.create_or_update(
    Environment(name="serve", version="1", image="quayside-serve:0.1.0", inference_config=routes)
)
deployment = ml.online_deployments.begin_create_or_update(
    KubernetesOnlineDeployment(
        name="blue",
        endpoint_name="ep-python",
        model=model,
        environment=environment,
        instance_type="defaultinstancetype",
        instance_count=1,
        request_settings=OnlineRequestSettings(request_timeout_ms=3000, max_concurrent_requests_per_instance=32),
        data_collector=DataCollector(
            collections={
                "model_inputs": DeploymentCollection(enabled="true"),
                "request": DeploymentCollection(enabled="true"),
                "response": DeploymentCollection(enabled="false"),
            },
            sampling_rate=1.0,
            rolling_rate="hour",
        ),
    )
).result()
seen["deployment"] = [deployment.name, deployment.provisioning_state, deployment.request_settings.request_timeout_ms]
collector = deployment.data_collector
seen["collects"] = {name: collection.enabled for name, collection in collector.collections.items()}
seen["collectedAt"] = ml.data.get("ep-python-blue-model_inputs", "1").path.split("/datastores/")[1]

endpoint.traffic = {"blue": 100}
endpoint = ml.online_endpoints.begin_create_or_update(endpoint).result()
seen["traffic"] = endpoint.traffic
request = environ["REQUEST"]
seen["invoked"] = json.loads(ml.online_endpoints.invoke("ep-python", request_file=request))["predictions"]
seen["pinned"] = json.loads(ml.online_endpoints.invoke("ep-python", request_file=request, deployment_name="blue"))["predictions"]
seen["keys"] = len(ml.online_endpoints.get_keys("ep-python").primary_key) > 30
seen["logs"] = "server.listening" in ml.online_deployments.get_logs("blue", "ep-python", 50)
deployment.instance_count = 2
seen["scaled"] = ml.online_deployments.begin_create_or_update(deployment).result().instance_count
seen["models"] = [m.version for m in ml.models.list("stump")]
ml.models.download("stump", "1", download_path=environ["HOME"])
with open(os.path.join(environ["HOME"], "stump", "client-model", "model.onnx"), "rb") as there, open(os.path.join(environ["MODEL"], "model.onnx"), "rb") as here:
    seen["downloaded"] = there.read() == here.read()
seen["environments"] = [e.name for e in ml.environments.list()]
seen["listed"] = [d.name for d in ml.online_deployments.list("ep-python")]
try:
    endpoint.traffic = {"blue": 40}
    ml.online_endpoints.begin_create_or_update(endpoint).result()
    seen["badTraffic"] = None
except HttpResponseError as problem:
    seen["badTraffic"] = problem.error.code
ml.online_endpoints.begin_delete("ep-python").result()
seen["left"] = [e.name for e in ml.online_endpoints.list()]
print("\n" + json.dumps(seen))
