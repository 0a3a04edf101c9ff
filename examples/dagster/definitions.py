"""Every hour, each organization's streams into PostgreSQL. docs/many-organizations.md explains it."""

from dagster import (
    AssetExecutionContext,
    AssetsDefinition,
    Backoff,
    DagsterRunStatus,
    DefaultSensorStatus,
    Definitions,
    DynamicPartitionsDefinition,
    Failure,
    MaterializeResult,
    RetryPolicy,
    RunRequest,
    RunsFilter,
    SensorEvaluationContext,
    SensorResult,
    asset,
    define_asset_job,
    in_process_executor,
    sensor,
)

from sync import Ending, organizations, sync

# Each group is an asset with a state of its own. Add yours, if the tokens have the scopes.
GROUPS = {
    "sales": "customers,orders,subscriptions,refunds,checkouts",
    "offer": "products,benefits,organizations",
}

partitions = DynamicPartitionsDefinition(name="organizations")


def asset_of(group: str, streams: str) -> AssetsDefinition:
    @asset(
        name=group,
        partitions_def=partitions,
        pool="polar",
        retry_policy=RetryPolicy(max_retries=3, delay=10, backoff=Backoff.EXPONENTIAL),
        description=f"{streams}, in the schema polar_<organization>",
    )
    def load(context: AssetExecutionContext) -> MaterializeResult:
        ending = sync(context.partition_key, group, streams)
        if ending.problem is not None:
            # 2 is for what needs a person; anything else may be mended by another run.
            again = ending.tap != 2
            raise Failure(ending.problem, metadata_of(ending), allow_retries=again)
        return MaterializeResult(metadata=metadata_of(ending))

    return load


def metadata_of(ending: Ending) -> dict:
    """What the tap's summary tells; less if the tap was killed before it wrote one."""
    told = {name: ending.summary.get(name) for name in ("rows", "requests", "seconds")}
    streams = ending.summary.get("streams", [])
    incomplete = {each["stream"]: each["problem"] for each in streams if not each["complete"]}
    return {**told, "incomplete": incomplete, "exit_codes": [ending.tap, ending.target]}


every_group = define_asset_job("every_group", selection=list(GROUPS))

UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]


@sensor(
    job=every_group,
    minimum_interval_seconds=3600,
    default_status=DefaultSensorStatus.RUNNING,
)
def every_hour(context: SensorEvaluationContext) -> SensorResult:
    """A run for each organization that has settings, unless its last one has not ended yet."""
    wanted = organizations()
    known = set(context.instance.get_dynamic_partitions("organizations"))
    runs = context.instance.get_runs(RunsFilter(statuses=UNFINISHED))
    busy = {run.tags.get("dagster/partition") for run in runs}
    return SensorResult(
        dynamic_partitions_requests=[
            partitions.build_add_request(sorted(wanted - known)),
            partitions.build_delete_request(sorted(known - wanted)),
        ],
        run_requests=[RunRequest(partition_key=each) for each in sorted(wanted - busy)],
    )


defs = Definitions(
    assets=[asset_of(group, streams) for group, streams in GROUPS.items()],
    jobs=[every_group],
    sensors=[every_hour],
    # The groups of an organization one after the other: they share its budget of requests.
    executor=in_process_executor,
)
