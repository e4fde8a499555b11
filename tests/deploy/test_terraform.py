"""deploy/aws: read as text wherever the tests run; by Terraform itself, into moto's server, where that is at hand."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import boto3
import hcl2
import httpx
import pytest

from tests.bookimg.test_settings import settings_read
from tests.cloud.conftest import moto_server, no_real_account  # noqa: F401
from tests.deploy.test_roles import listed
from tests.requirements import terraform_providers

pytestmark = pytest.mark.services

HERE = Path(__file__).parents[2] / "deploy/aws"
ENVIRONMENTS = sorted((HERE / "environments").glob("*.tfvars"))
TEXT = "\n".join(path.read_text() for path in sorted(HERE.glob("*.tf")))
# What moto plays of it, and in a time that a test may take.
PLAYED = (
    "aws_iam_role_policy.task",
    "aws_s3_bucket_notification.uploads",
    "aws_s3_bucket_cors_configuration.uploads",
    "aws_s3_bucket_public_access_block.files",
    "aws_s3_bucket_server_side_encryption_configuration.files",
    "aws_s3_bucket_versioning.files",
    "aws_secretsmanager_secret_version.this",
)
FOR_MOTO = """
provider "aws" {
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  s3_use_path_style           = true
}
"""


def blocks(kind: str) -> dict:
    return {name.strip('"'): body for path in HERE.glob("*.tf") for block in hcl2.loads(path.read_text()).get(kind, ())
            for name, body in block.items()}  # fmt: skip


def local(name: str):
    return next(
        block[name] for path in HERE.glob("*.tf") for block in hcl2.loads(path.read_text()).get("locals", ()) if name in block
    )


# ── As text ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_variable_is_used_and_every_used_one_is_there():
    assert set(re.findall(r"\bvar\.(\w+)", TEXT)) == set(blocks("variable"))


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_an_environment_says_all_that_must_be_said_and_nothing_unknown(path):
    variables = blocks("variable")
    said = {name for name in hcl2.loads(path.read_text()) if not name.startswith("__")}
    assert {name for name, body in variables.items() if "default" not in body} <= said <= set(variables)


def test_each_name_a_container_is_told_is_one_of_the_settings():
    told = set(local("environment")) | set(local("secret_arns"))
    assert told <= set(settings_read())


def test_what_must_stay_secret_comes_from_the_keeper_of_secrets_alone():
    assert {"SECRET_KEY", "DATABASE_PASSWORD", "EMAIL_URL", "METRICS_TOKEN"} == set(local("secret_arns"))
    assert not set(local("environment")) & set(local("secret_arns"))
    everything = TEXT + "".join(path.read_text() for path in ENVIRONMENTS)
    assert not re.search(r"AKIA[0-9A-Z]{16}|(?<!_wo)\s(password|secret_string)\s+=", everything)


@pytest.mark.parametrize("role", ["web", "worker", "ingest", "dead_letters"])
def test_the_rights_are_filled_with_what_terraform_knows(role):
    used = set(re.findall(r"\$\{(\w+)\}", (HERE / f"policies/{role}.json").read_text()))
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
    (place / "override.tf").write_text(FOR_MOTO)
    run(place, "init", "-input=false", "-backend=false", f"-plugin-dir={terraform_providers()}")
    return place


@pytest.mark.needs("terraform")
def test_it_is_formatted():
    assert run(HERE, "fmt", "-check", "-recursive") == ""


@pytest.mark.needs("terraform", "terraform_providers")
def test_it_is_valid(copied):
    assert json.loads(run(copied, "validate", "-json"))["valid"]


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
        kept = (HERE / f"policies/{role}.json").read_text()
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
