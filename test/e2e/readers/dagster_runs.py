"""Prints what a Dagster instance, that of DAGSTER_HOME, tells of its runs: one JSON line for each."""

import json

from dagster import DagsterInstance


def metadata(entries) -> dict:
    return {name: value.value for name, value in entries.items()}


with DagsterInstance.get() as instance:
    for record in reversed(instance.get_run_records()):
        run = record.dagster_run
        told = {"retried": [], "materialized": {}, "failed": {}}
        for entry in instance.all_logs(run.run_id):
            event = entry.dagster_event
            if event is None:
                continue
            if event.is_step_up_for_retry:
                told["retried"].append(event.step_key)
            if event.is_step_materialization:
                made = event.step_materialization_data.materialization
                told["materialized"][event.step_key] = metadata(made.metadata)
            if event.is_step_failure:
                failure = event.step_failure_data.user_failure_data
                told["failed"][event.step_key] = {
                    "message": failure.description,
                    **metadata(failure.metadata),
                }
        told["organization"] = run.tags.get("dagster/partition")
        told["status"] = run.status.value
        told["started"] = record.start_time
        told["ended"] = record.end_time
        print(json.dumps(told))
