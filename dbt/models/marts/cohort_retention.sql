with cohorts as (
    select
        customer_id,
        {{ polar.month_of('min(pays_from)') }} as cohort
    from {{ ref('int_polar__subscription_states') }}
    where is_latest
        and monthly_amount > 0
        and (pays_until is null or pays_until > pays_from)
    group by customer_id
),

paying as (
    select distinct month, customer_id
    from {{ ref('customer_mrr_by_month') }}
    where mrr > 0
)

select
    cohorts.cohort,
    months.month,
    {{ dbt.datediff('cohorts.cohort', 'months.month', 'month') }} as months_later,
    count(*) as customers,
    count(paying.customer_id) as retained,
    {{ polar.percent('count(paying.customer_id)', 'count(*)') }} as retained_percent
from cohorts
inner join {{ ref('int_polar__months') }} as months
    on months.month >= cohorts.cohort
    and months.is_complete
left join paying
    on paying.month = months.month
    and paying.customer_id = cohorts.customer_id
group by cohorts.cohort, months.month
