{% snapshot subscription_history %}

{{ config(
    unique_key='id',
    strategy='check',
    updated_at='synced_at',
    check_cols=[
        'status', 'product_id', 'discount_id', 'amount', 'currency', 'recurring_interval',
        'recurring_interval_count', 'seats', 'started_at', 'trial_end', 'cancel_at_period_end',
        'paused_at', 'ended_at'
    ],
) }}

select
    id,
    customer_id,
    product_id,
    discount_id,
    status,
    amount,
    currency,
    recurring_interval,
    recurring_interval_count,
    seats,
    started_at,
    trial_end,
    current_period_start,
    cancel_at_period_end,
    canceled_at,
    past_due_at,
    paused_at,
    ended_at,
    created_at,
    modified_at,
    synced_at
from {{ ref('stg_polar__subscriptions') }}

{% endsnapshot %}
