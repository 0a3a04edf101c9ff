select
    {{ polar.month_of('orders.created_at') }} as month,
    orders.product_id,
    products.name as product,
    orders.currency,
    count(*) as orders,
    count(distinct orders.customer_id) as customers,
    sum(orders.net_amount) as sold,
    sum(orders.refunded_amount) as refunded,
    sum(orders.net_amount - orders.refunded_amount) as revenue,
    case
        when min(coalesce(orders.platform_fee_currency, orders.currency)) = orders.currency
            and max(coalesce(orders.platform_fee_currency, orders.currency)) = orders.currency
            then sum(orders.platform_fee_amount)
    end as fees
from {{ ref('stg_polar__orders') }} as orders
left join {{ ref('stg_polar__products') }} as products
    on products.id = orders.product_id
where orders.paid
group by {{ polar.month_of('orders.created_at') }}, orders.product_id, products.name, orders.currency
