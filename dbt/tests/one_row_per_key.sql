-- Each model has one row for its key.
{%- set keys = {
    'customer_mrr_by_month': 'month, customer_id, currency',
    'mrr_by_month': 'month, currency',
    'churn': 'month, currency',
    'cohort_retention': 'cohort, months_later',
    'revenue_by_product': 'month, product_id, currency',
    'refund_rate': 'month, currency',
    'customer_lifetime': 'customer_id, currency',
} %}
{% for model, key in keys.items() %}
select '{{ model }}' as model, count(*) as found
from {{ ref(model) }}
group by {{ key }}
having count(*) > 1
{% if not loop.last %}union all{% endif %}
{% endfor %}
