with versions as (
    select
        *,
        lag(dbt_valid_from) over (partition by id order by dbt_valid_from) as previously_seen_at,
        case
            when ended_at is not null then ended_at
            when status = 'paused' then paused_at
            else modified_at
        end as changed_at,
        case
            when status = 'paused' then paused_at
            when status = 'unpaid' then coalesce(past_due_at, current_period_start)
        end as halted_at
    from {{ ref('subscription_history') }}
)

select
    id as subscription_id,
    customer_id,
    product_id,
    currency,
    dbt_valid_from as seen_at,
    dbt_valid_to is null as is_latest,
    -- What was so when the history began is taken for what was so from the start.
    case
        when previously_seen_at is null then started_at
        when changed_at > previously_seen_at and changed_at < dbt_valid_from then changed_at
        else dbt_valid_from
    end as holds_from,
    case when trial_end > started_at then trial_end else started_at end as pays_from,
    case when halted_at < ended_at then halted_at else coalesce(ended_at, halted_at) end as pays_until,
    {{ polar.monthly_amount('amount', 'currency', 'recurring_interval', 'recurring_interval_count') }} as monthly_amount
from versions
