"""One operation of azure-ai-ml, which is what the commands of `az ml` call: recipe_ml.py OPERATION. Credentials come from AZURE_*."""
import logging
import os
import sys

from azure.ai.ml import MLClient
from azure.ai.ml.entities import AmlCompute
from azure.identity import ClientSecretCredential

logging.disable(logging.WARNING)
environ = os.environ
credential = ClientSecretCredential(
    environ["AZURE_TENANT_ID"],
    environ["AZURE_CLIENT_ID"],
    environ["AZURE_CLIENT_SECRET"],
    authority=environ["AZURE_AUTHORITY_HOST"],
    disable_instance_discovery=True,
)
ml = MLClient(credential, environ["AZURE_SUBSCRIPTION_ID"], "rg-mlops-pipeline", "mlw-mlops-demo")


def update_cluster():
    cluster = ml.compute.get("cpu-cluster")
    cluster.min_instances, cluster.max_instances = 0, 10
    assert ml.compute.begin_update(cluster).result().max_instances == 10


def create_spot_cluster():
    spot = AmlCompute(name="spot-cluster", tier="low_priority", size="Standard_DS3_v2", min_instances=0, max_instances=5)
    made = ml.compute.begin_create_or_update(spot).result()
    assert (made.tier, made.max_instances) == ("low_priority", 5), made


def list_computes():
    names = {compute.name for compute in ml.compute.list()}
    assert {"aks-compute", "cpu-cluster"} <= names, names


def show_attached():
    attached = ml.compute.get("aks-compute")
    assert (attached.type, attached.provisioning_state) == ("kubernetes", "Succeeded"), attached


def show_workspace():
    assert ml.workspaces.get("mlw-mlops-demo").resource_group == "rg-mlops-pipeline"


OPERATIONS = {
    "compute-list": list_computes,
    "compute-show": show_attached,
    "compute-update": update_cluster,
    "compute-create": create_spot_cluster,
    "workspace-show": show_workspace,
}
OPERATIONS[sys.argv[1]]()
