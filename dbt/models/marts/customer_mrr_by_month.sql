with states as (
    select
        months.month,
        states.*,
        months.counted_before,
        row_number() over (
            partition by states.subscription_id, months.month
            order by states.seen_at desc
        ) as recency
    from {{ ref('int_polar__months') }} as months
    inner join {{ ref('int_polar__subscription_states') }} as states
        on states.holds_from < months.counted_before
),

paying as (
    select
        month,
        customer_id,
        currency,
        count(*) as subscriptions,
        sum(monthly_amount) as mrr
    from states
    where recency = 1
        and monthly_amount > 0
        and pays_from < counted_before
        and (pays_until is null or pays_until >= counted_before)
    group by month, customer_id, currency
),

customers as (
    select
        customer_id,
        currency,
        min(month) as first_month
    from paying
    group by customer_id, currency
),

every_month as (
    select
        months.month,
        months.is_complete,
        customers.customer_id,
        customers.currency,
        customers.first_month,
        coalesce(paying.subscriptions, 0) as subscriptions,
        {{ polar.or_zero('paying.mrr') }} as mrr
    from customers
    inner join {{ ref('int_polar__months') }} as months
        on months.month >= customers.first_month
    left join paying
        on paying.month = months.month
        and paying.customer_id = customers.customer_id
        and paying.currency = customers.currency
),

opened as (
    select
        *,
        {{ polar.or_zero('lag(mrr) over (partition by customer_id, currency order by month)') }} as opening_mrr
    from every_month
)

select
    month,
    is_complete,
    customer_id,
    currency,
    subscriptions,
    opening_mrr,
    mrr,
    mrr - opening_mrr as change_in_mrr,
    case
        when month = first_month then 'new'
        when opening_mrr = 0 then 'reactivation'
        when mrr = 0 then 'churn'
        when mrr > opening_mrr then 'expansion'
        when mrr < opening_mrr then 'contraction'
        else 'none'
    end as movement
from opened
where opening_mrr > 0 or mrr > 0
