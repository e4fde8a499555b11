"""The workflows of GitHub: what they run exists, and what they may do is little."""

import re
import subprocess

import pytest
import yaml

from tests.services.product import ROOT

FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
WORKFLOWS = {path.stem: yaml.load(path.read_text(), yaml.BaseLoader) for path in FILES}  # the base loader takes `on` for a word
STEPS = [(name, job, step) for name, workflow in WORKFLOWS.items() for job in workflow["jobs"].values() for step in job["steps"]]


def commands(name: str) -> str:
    return "\n".join(step.get("run", "") for workflow, _, step in STEPS if workflow == name)


def test_every_action_has_a_version_and_every_job_a_limit_of_time():
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) for _, _, step in STEPS if "uses" in step)
    assert all("timeout-minutes" in job for workflow in WORKFLOWS.values() for job in workflow["jobs"].values())


def test_nobody_may_change_the_repository():
    assert {workflow["permissions"]["contents"] for workflow in WORKFLOWS.values()} == {"read"}


@pytest.mark.parametrize("number", range(sum("run" in step for _, _, step in STEPS)))
def test_what_is_run_is_a_script_that_bash_understands(number):
    _, job, step = [entry for entry in STEPS if "run" in entry[2]][number]
    script = re.sub(r"\$\{\{.*?\}\}", "staging", step["run"])
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    folder = ROOT / step.get("working-directory", job.get("defaults", {}).get("run", {}).get("working-directory", "."))
    assert folder.is_dir()
    first = script.split()[0]
    assert not first.startswith((".", "/")) or (folder / first).is_file()
    assert all((folder / file).is_file() for file in re.findall(r"environments/[\w.]+", script))


def test_no_text_of_a_pull_request_becomes_part_of_a_script():
    given = re.findall(r"\$\{\{(.*?)\}\}", "\n".join(step.get("run", "") for _, _, step in STEPS))
    assert {name.strip() for name in given} <= {"matrix.environment"}


def test_the_image_is_built_for_both_processors_and_published_only_from_the_repository():
    [build] = [step for name, _, step in STEPS if name == "image" and "build-push" in step.get("uses", "")]
    assert build["with"]["platforms"] == "linux/amd64,linux/arm64"
    assert build["with"]["push"] == "${{ github.event_name != 'pull_request' }}"


def test_pull_requests_are_planned_and_only_tags_are_deployed():
    assert "terraform plan" in commands("terraform") and "apply" not in commands("terraform")
    assert "pull_request" in WORKFLOWS["terraform"]["on"] and "pull_request" not in WORKFLOWS["deploy"]["on"]
    assert WORKFLOWS["deploy"]["on"]["push"] == {"tags": ["v*"]}


def test_a_release_goes_to_environments_that_exist():
    [choice] = [WORKFLOWS["deploy"]["on"]["workflow_dispatch"]["inputs"]["environment"]]
    known = {path.stem for path in (ROOT / "deploy/aws/environments").glob("*.tfvars")}
    assert set(choice["options"]) <= known
