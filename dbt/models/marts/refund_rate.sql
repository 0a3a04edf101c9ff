with months as (
    select
        {{ polar.month_of('created_at') }} as month,
        currency,
        count(*) as orders,
        sum(case when refunded_amount > 0 then 1 else 0 end) as orders_refunded,
        sum(net_amount) as sold,
        sum(refunded_amount) as refunded
    from {{ ref('stg_polar__orders') }}
    where paid
    group by {{ polar.month_of('created_at') }}, currency
)

select
    month,
    currency,
    orders,
    orders_refunded,
    {{ polar.percent('orders_refunded', 'orders') }} as orders_refunded_percent,
    sold,
    refunded,
    {{ polar.percent('refunded', 'sold') }} as refunded_percent
from months
