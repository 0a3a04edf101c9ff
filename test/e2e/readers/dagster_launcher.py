"""Tells whether a run launcher in a file like dagster.yaml is configured as its class wants it."""

import sys
from importlib import import_module

import yaml
from dagster._config import process_config, resolve_to_config_type

with open(sys.argv[1]) as file:
    launcher = yaml.safe_load(file)["run_launcher"]
cls = getattr(import_module(launcher["module"]), launcher["class"])
result = process_config(resolve_to_config_type(cls.config_type()), launcher["config"])
errors = [error.message for error in result.errors or []]
print(f"{cls.__name__}: {'valid' if result.success else errors}")
