with bought as (
    select
        customer_id,
        currency,
        count(*) as orders,
        cast(min(created_at) as date) as first_order_on,
        cast(max(created_at) as date) as last_order_on,
        sum(net_amount) as sold,
        sum(refunded_amount) as refunded
    from {{ ref('stg_polar__orders') }}
    where paid
    group by customer_id, currency
),

latest as (
    select max(month) as month from {{ ref('int_polar__months') }}
),

subscribed as (
    select
        each_month.customer_id,
        each_month.currency,
        min(each_month.month) as first_mrr_month,
        sum(case when each_month.mrr > 0 then 1 else 0 end) as months_with_mrr,
        sum(case when each_month.month = latest.month then each_month.mrr else 0 end) as mrr
    from {{ ref('customer_mrr_by_month') }} as each_month
    cross join latest
    group by each_month.customer_id, each_month.currency
),

pairs as (
    select customer_id, currency from bought
    union distinct
    select customer_id, currency from subscribed
)

select
    pairs.customer_id,
    pairs.currency,
    customers.id is null as is_deleted,
    coalesce(bought.orders, 0) as orders,
    bought.first_order_on,
    bought.last_order_on,
    {{ polar.or_zero('bought.sold') }} as sold,
    {{ polar.or_zero('bought.refunded') }} as refunded,
    {{ polar.or_zero('bought.sold - bought.refunded') }} as revenue,
    subscribed.first_mrr_month,
    coalesce(subscribed.months_with_mrr, 0) as months_with_mrr,
    {{ polar.or_zero('subscribed.mrr') }} as mrr,
    case
        when subscribed.mrr > 0 then 'subscriber'
        when subscribed.months_with_mrr > 0 then 'lapsed'
        else 'buyer'
    end as state
from pairs
left join bought
    on bought.customer_id = pairs.customer_id and bought.currency = pairs.currency
left join subscribed
    on subscribed.customer_id = pairs.customer_id and subscribed.currency = pairs.currency
left join {{ ref('stg_polar__customers') }} as customers
    on customers.id = pairs.customer_id
