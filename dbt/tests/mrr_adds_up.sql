-- Opening and changes come to closing, and a month opens with what the one before has closed with.
with months as (
    select
        *,
        lag(closing_mrr) over (partition by currency order by month) as previous_mrr
    from {{ ref('mrr_by_month') }}
)

select *
from months
where opening_mrr + new_mrr + expansion_mrr + contraction_mrr + churn_mrr + reactivation_mrr <> closing_mrr
    or opening_mrr <> coalesce(previous_mrr, 0)
