with lost as (
    select
        month,
        is_complete,
        currency,
        count(*) as customers_at_start,
        sum(case when movement = 'churn' then 1 else 0 end) as customers_lost,
        sum(opening_mrr) as opening_mrr,
        {{ polar.or_zero("sum(case when movement in ('churn', 'contraction') then -change_in_mrr end)") }} as mrr_lost,
        sum(-change_in_mrr) as mrr_lost_net
    from {{ ref('customer_mrr_by_month') }}
    where opening_mrr > 0
    group by month, is_complete, currency
)

select
    month,
    is_complete,
    currency,
    customers_at_start,
    customers_lost,
    {{ polar.percent('customers_lost', 'customers_at_start') }} as customer_churn_percent,
    opening_mrr,
    mrr_lost,
    {{ polar.percent('mrr_lost', 'opening_mrr') }} as mrr_churn_percent,
    {{ polar.percent('mrr_lost_net', 'opening_mrr') }} as net_mrr_churn_percent
from lost
