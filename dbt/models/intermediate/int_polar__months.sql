with started as (
    select {{ polar.month_of('min(started_at)') }} as first_month
    from {{ ref('stg_polar__subscriptions') }}
),

synced as (
    select max(synced_at) as last_sync
    from (
        select max(synced_at) as synced_at from {{ ref('stg_polar__subscriptions') }}
        union all
        select max(synced_at) from {{ ref('stg_polar__orders') }}
        union all
        select max(synced_at) from {{ ref('stg_polar__customers') }}
    ) as tables
),

-- Fifty years of them.
numbers as (
    {{ dbt.generate_series(600) }}
),

months as (
    select
        {{ polar.months_after('started.first_month', 'cast(numbers.generated_number as ' ~ dbt.type_int() ~ ') - 1') }} as month,
        synced.last_sync
    from started
    cross join synced
    cross join numbers
),

closed as (
    select
        month,
        last_sync,
        cast({{ polar.months_after('month', 1) }} as {{ polar.type_utc() }}) as next_month
    from months
)

select
    month,
    next_month <= last_sync as is_complete,
    case
        when next_month <= last_sync then next_month
        else cast({{ dbt.dateadd('second', 1, 'last_sync') }} as {{ polar.type_utc() }})
    end as counted_before
from closed
where cast(month as {{ polar.type_utc() }}) <= last_sync
