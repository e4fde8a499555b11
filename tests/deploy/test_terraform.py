"""deploy/aws: read as text wherever the tests run; by Terraform itself, into moto's server, where that is at hand."""

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import boto3
import hcl2
import httpx
import pytest
import yaml

from tests.bookimg.test_settings import settings_read
from tests.cloud.conftest import moto_server, no_real_account  # noqa: F401
from tests.deploy.test_roles import listed
from tests.requirements import caddy, terraform_providers

pytestmark = pytest.mark.services

HERE = Path(__file__).parents[2] / "deploy/aws"
SIZES = ("small", "standard")
FOLDERS = (".", "state", *SIZES)
ENVIRONMENTS = sorted((HERE / "environments").glob("*.tfvars"))
# What moto plays of it, and in a time that a test may take.
PLAYED = (
    "module.standard[0].aws_iam_role_policy.task",
    "module.standard[0].aws_s3_bucket_notification.uploads",
    "module.standard[0].aws_s3_bucket_cors_configuration.uploads",
    "module.standard[0].aws_s3_bucket_public_access_block.files",
    "module.standard[0].aws_s3_bucket_server_side_encryption_configuration.files",
    "module.standard[0].aws_s3_bucket_versioning.files",
    "module.standard[0].aws_secretsmanager_secret_version.this",
)
DATABASE = json.dumps({"class": "db.t4g.small", "disk": 20, "standby": False, "days": 35, "replicas": 1, "pool": True})
FOR_MOTO = """
terraform {
  backend "local" {}
}
"""
PROVIDER_FOR_MOTO = """
provider "aws" {
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
  %s
}
"""


def text(folder: str) -> str:
    return "\n".join(path.read_text() for path in sorted((HERE / folder).glob("*.tf")))


def blocks(kind: str, folder: str = ".") -> dict:
    parsed = [block for path in (HERE / folder).glob("*.tf") for block in hcl2.loads(path.read_text()).get(kind, ())]
    return {name.strip('"'): body for block in parsed for name, body in block.items()}


def local(name: str, folder: str = "standard"):
    parsed = [block for path in (HERE / folder).glob("*.tf") for block in hcl2.loads(path.read_text()).get("locals", ())]
    return next(block[name] for block in parsed if name in block)


# ── As text ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("folder", FOLDERS)
def test_every_variable_is_used_and_every_used_one_is_there(folder):
    assert set(re.findall(r"\bvar\.(\w+)", text(folder))) == set(blocks("variable", folder))


@pytest.mark.parametrize("size", SIZES)
def test_a_size_gets_all_its_variables(size):
    given = {name for name in blocks("module")[size] if not name.startswith("__")} - {"count", "source", "providers"}
    assert given == set(blocks("variable", size))


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_says_all_that_must_be_said_and_nothing_unknown(path):
    variables = blocks("variable")
    said = {name for name in hcl2.loads(path.read_text()) if not name.startswith("__")}
    assert {name for name, body in variables.items() if "default" not in body} <= said <= set(variables)


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_has_a_state_of_its_own(path):
    backends = {other.stem: hcl2.loads(other.read_text())["key"] for other in path.parent.glob("*.tfbackend")}
    assert path.stem in backends and len(set(backends.values())) == len(backends)


@pytest.mark.parametrize("size", SIZES)
def test_each_name_a_container_is_told_is_one_of_the_settings(size):
    told = set(local("environment", size)) | (set(local("secret_arns")) if size == "standard" else set())
    assert told <= set(settings_read())


def test_what_must_stay_secret_comes_from_the_keeper_of_secrets_alone():
    assert {"SECRET_KEY", "DATABASE_PASSWORD", "EMAIL_URL", "METRICS_TOKEN"} == set(local("secret_arns"))
    assert not set(local("environment")) & set(local("secret_arns"))
    assert not set(local("environment", "small")) & set(local("secret_arns"))
    everything = "".join(map(text, FOLDERS)) + "".join(path.read_text() for path in ENVIRONMENTS)
    assert not re.search(r"AKIA[0-9A-Z]{16}|(?<!_wo)\s(password|secret_string)\s+= (?!ephemeral\.)", everything)


def small_machine() -> dict:
    """What the machine is set up with, with the names of Terraform filled in."""
    filled = re.sub(r"\$\{indent\(.*?\)\}", "A=1", (HERE / "small/cloud-init.yaml").read_text())
    return yaml.safe_load(re.sub(r"\$\{\w+\}", "name", filled))


def test_the_small_machine_is_set_up_by_scripts_that_bash_understands():
    files = {file["path"]: file for file in small_machine()["write_files"]}
    scripts = [path for path in files if path.startswith("/usr/local/bin/")]
    for path in scripts:
        subprocess.run(["bash", "-n"], input=files[path]["content"], text=True, check=True)
    units = "".join(file["content"] for path, file in files.items() if path.endswith(".service"))
    assert len(scripts) == 3 and set(re.findall(r"/usr/local/bin/[\w-]+", units)) <= set(scripts)


@pytest.mark.needs("caddy")
def test_its_caddy_understands_its_configuration(tmp_path):
    [content] = [file["content"] for file in small_machine()["write_files"] if file["path"].endswith("Caddyfile")]
    (tmp_path / "Caddyfile").write_text(content)
    command = [caddy(), "adapt", "--config", str(tmp_path / "Caddyfile"), "--validate"]
    done = subprocess.run(command, capture_output=True, text=True, env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("role", ["web", "worker", "ingest", "dead_letters"])
def test_the_rights_are_filled_with_what_terraform_knows(role):
    used = set(re.findall(r"\$\{(\w+)\}", (HERE / f"standard/policies/{role}.json").read_text()))
    assert used <= set(local("given"))


# ── By Terraform ────────────────────────────────────────────────────────────────────────────────────────────────────
def run(place: Path, *words: str, **environment) -> str:
    known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(["terraform", *words], cwd=place, env={**known, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("terraform") / "aws"
    shutil.copytree(HERE, place, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    providers = [PROVIDER_FOR_MOTO % more for more in ("", 'alias = "us_east_1"')]
    (place / "override.tf").write_text(FOR_MOTO + "".join(providers))
    run(place, "init", "-input=false", f"-plugin-dir={terraform_providers()}")
    return place


@pytest.mark.needs("terraform")
def test_it_is_formatted():
    assert run(HERE, "fmt", "-check", "-recursive") == ""


@pytest.mark.needs("terraform", "terraform_providers")
def test_it_is_valid(copied):
    assert json.loads(run(copied, "validate", "-json"))["valid"]


def planned(copied: Path, moto: str, environment: str, *more: str) -> dict:
    """How many resources of each type a plan would make, and the plan itself."""
    at_moto = {"AWS_ENDPOINT_URL": moto, "AWS_EC2_METADATA_DISABLED": "true"}
    file = f"-var-file={copied / f'environments/{environment}.tfvars'}"
    run(copied, "plan", "-input=false", file, *more, f"-out={environment}.tfplan", **at_moto)
    plan = json.loads(run(copied, "show", "-json", f"{environment}.tfplan", **at_moto))
    return Counter(change["type"] for change in plan["resource_changes"] if change["mode"] == "managed") | {"plan": plan}


@pytest.mark.needs("terraform", "terraform_providers")
def test_small_is_one_arm_machine_without_what_costs_by_the_hour(copied, moto_server):  # noqa: F811
    made = planned(copied, moto_server, "small")
    costly = ("aws_nat_gateway", "aws_lb", "aws_db_instance", "aws_ecs_service", "aws_secretsmanager_secret", "aws_kms_key")
    assert (made["aws_instance"], made["aws_eip"], [name for name in costly if name in made]) == (1, 1, [])
    [machine] = [c["change"]["after"] for c in made["plan"]["resource_changes"] if c["type"] == "aws_instance"]
    assert machine["instance_type"].startswith("t4g.")


@pytest.mark.needs("terraform", "terraform_providers")
def test_standard_takes_a_firewall_a_cdn_traces_replicas_and_a_pool(copied, moto_server):  # noqa: F811
    more = planned(copied, moto_server, "prod", "-var=cdn=true", "-var=traces=true", f"-var=database={DATABASE}")
    assert (more["aws_cloudfront_distribution"], more["aws_wafv2_web_acl"], more["aws_db_proxy"]) == (1, 1, 1)
    assert more["aws_db_instance"] == 2, "the database and a replica"
    plain = planned(copied, moto_server, "dev")
    assert not {"aws_cloudfront_distribution", "aws_wafv2_web_acl", "aws_db_proxy"} & set(plain)
    tasks = [c["change"]["after"] for c in plain["plan"]["resource_changes"] if c["type"] == "aws_ecs_task_definition"]
    assert {task["runtime_platform"][0]["cpu_architecture"] for task in tasks} == {"ARM64"}


@pytest.mark.needs("terraform", "terraform_providers")
def test_it_is_planned_and_its_buckets_queues_and_roles_are_made(copied, moto_server):  # noqa: F811
    httpx.post(f"{moto_server}/moto-api/reset").raise_for_status()
    at_moto = {"AWS_ENDPOINT_URL": moto_server, "AWS_EC2_METADATA_DISABLED": "true"}
    prod = ["-input=false", f"-var-file={copied / 'environments/prod.tfvars'}"]
    run(copied, "plan", *prod, "-out=whole.tfplan", **at_moto)
    plan = run(copied, "show", "-json", "whole.tfplan", **at_moto)
    assert len(json.loads(plan)["resource_changes"]) > 100

    run(copied, "apply", "-auto-approve", *prod, *[f"-target={name}" for name in PLAYED], **at_moto)
    session = boto3.Session("testing", "testing", region_name="eu-west-1")
    iam, s3, keeper = (session.client(name, endpoint_url=moto_server) for name in ("iam", "s3", "secretsmanager"))
    for role in ("web", "worker", "ingest", "dead_letters"):
        made = iam.get_role_policy(RoleName=f"bookimg-prod-{role}", PolicyName=role)["PolicyDocument"]
        kept = (HERE / f"standard/policies/{role}.json").read_text()
        assert [s["Action"] for s in made["Statement"]] == [
            s["Action"] for s in json.loads(re.sub(r": \$\{\w+\}", ": []", kept))["Statement"]
        ]
        assert all(place.startswith("arn:aws:") or place == "*" for s in made["Statement"] for place in listed(s["Resource"]))
    bucket = "bookimg-prod-uploads-123456789012"
    [rule] = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (["https://books.example.org"], ["PUT"])
    assert all(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    [told] = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    assert told["QueueArn"].endswith(":bookimg-prod-news")

    secrets = [
        keeper.get_secret_value(SecretId=f"bookimg-prod/{name}")["SecretString"] for name in ("database", "signing", "metrics")
    ]
    state = (copied / "terraform.tfstate").read_text()
    assert all(len(secret) >= 32 and secret not in state + plan for secret in secrets)
