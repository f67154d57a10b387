"""The package as it is published: what a wheel and an sdist hold, and that the README stands alone."""
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from unittest import SkipTest, TestCase, skipUnless

from project.settings import ENGINE

HERE = Path(__file__).resolve().parent.parent
BUILD = "import setuptools.build_meta as build; build.build_sdist('dist'); build.build_wheel('dist')"


@skipUnless(ENGINE == "db", "once is enough: the engine of the run plays no part")
class PackageTest(TestCase):
    def test_a_wheel_and_an_sdist_hold_every_module_and_the_license(self):
        if not all(importlib.util.find_spec(name) for name in ("setuptools", "wheel")):
            raise SkipTest("setuptools or wheel is not installed")
        with tempfile.TemporaryDirectory() as directory:
            copy = Path(directory) / "django"
            shutil.copytree(HERE, copy, ignore=shutil.ignore_patterns(".later", "__pycache__", "build", "dist", "*.egg-info"))
            # Without the Django of this run: a build needs none.
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
            (copy / "dist").mkdir()
            subprocess.run([sys.executable, "-c", BUILD], cwd=copy, env=environment, check=True, capture_output=True)
            wheel = zipfile.ZipFile(next((copy / "dist").glob("*.whl"))).namelist()
            sdist = tarfile.open(next((copy / "dist").glob("*.tar.gz"))).getnames()
        modules = {str(path.relative_to(HERE)) for path in (HERE / "sojourn_django").rglob("*.py")} | {"sojourn_django/py.typed"}
        self.assertEqual(modules - set(wheel), set())
        for names, wanted in ((wheel, ["LICENSE"]), (sdist, ["LICENSE", "README.md", "BEHAVIOURS.md", "tests/manage.py", "scripts/test"])):
            for name in wanted:
                self.assertTrue(any(found.endswith(f"/{name}") for found in names), f"{name} is missing")
        self.assertFalse([name for name in wheel if "tests" in name])

    def test_the_license_is_that_of_the_project(self):
        root = HERE.parent.parent / "LICENSE"
        if not root.exists():
            raise SkipTest("the repository is not there")
        self.assertEqual((HERE / "LICENSE").read_text(), root.read_text())

    def test_the_readme_links_nowhere_that_a_package_index_does_not_have(self):
        text = (HERE / "README.md").read_text(encoding="utf-8")
        headings = {re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-") for line in text.splitlines() if line.startswith("#")}
        for target in re.findall(r"\]\(([^)]+)\)", text):
            self.assertTrue(target.startswith("https://") or target.lstrip("#") in headings, target)
