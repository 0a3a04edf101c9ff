-- Of what was paid for the orders of a month, how much has been given back since. Without taxes.
select
  to_char(created_at, 'YYYY-MM') as month,
  currency,
  count(*) as orders,
  sum(net_amount) as paid,
  sum(refunded_amount) as refunded,
  round(100.0 * sum(refunded_amount) / nullif(sum(net_amount), 0), 2) as refunded_percent
from orders
where paid
group by 1, 2
order by 1, 2;
