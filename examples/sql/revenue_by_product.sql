-- What each product has brought in, after discounts and refunds, without taxes, and Polar's fee.
select
  coalesce(products.name, '(no product)') as product,
  orders.currency,
  count(*) as orders,
  count(distinct orders.customer_id) as customers,
  sum(net_amount - refunded_amount) as revenue,
  sum(platform_fee_amount) as fees
from orders
left join products on products.id = orders.product_id
where orders.paid
group by products.id, products.name, orders.currency
order by revenue desc, products.id;
