-- Of the subscriptions that were alive when a month began, how many ended before it was over.
with months as (
  select month, month + interval '1 month' as next_month
  from (select min(started_at) as first_start, max(_sdc_extracted_at) as last_sync from subscriptions) as span,
    generate_series(date_trunc('month', first_start), last_sync, interval '1 month') as month
)
select
  to_char(month, 'YYYY-MM') as month,
  count(*) as at_start,
  count(*) filter (where ended_at < next_month) as ended,
  round(100.0 * count(*) filter (where ended_at < next_month) / count(*), 1) as churn_percent
from months
join subscriptions on started_at < month and (ended_at is null or ended_at >= month)
group by month
order by month;
