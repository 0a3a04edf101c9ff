select
    month,
    is_complete,
    currency,
    sum(opening_mrr) as opening_mrr,
    {%- for movement in ['new', 'expansion', 'contraction', 'churn', 'reactivation'] %}
    {{ polar.or_zero("sum(case when movement = '" ~ movement ~ "' then change_in_mrr end)") }} as {{ movement }}_mrr,
    {%- endfor %}
    sum(mrr) as closing_mrr,
    sum(case when mrr > 0 then 1 else 0 end) as customers,
    sum(subscriptions) as subscriptions
from {{ ref('customer_mrr_by_month') }}
group by month, is_complete, currency
