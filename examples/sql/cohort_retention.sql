-- Customers by the month of their first subscription, and how many of them still had one alive at
-- the end of that month, of the next one, and so on.
with cohorts as (
  select customer_id, date_trunc('month', min(started_at)) as cohort
  from subscriptions
  group by customer_id
),
ends as (
  select
    cohort,
    months_later,
    cohort + (months_later + 1) * interval '1 month' as month_end
  from (select distinct cohort from cohorts) as each_cohort,
    generate_series(0, 11) as months_later
  where cohort + (months_later + 1) * interval '1 month'
    <= (select max(_sdc_extracted_at) from subscriptions)
)
select
  to_char(cohort, 'YYYY-MM') as cohort,
  months_later,
  count(*) as customers,
  count(*) filter (where alive) as retained,
  round(100.0 * count(*) filter (where alive) / count(*), 1) as retained_percent
from ends
join cohorts using (cohort)
cross join lateral (
  select exists (
    select from subscriptions
    where subscriptions.customer_id = cohorts.customer_id
      and started_at < month_end
      and (ended_at is null or ended_at >= month_end)
  ) as alive
) as at_end
group by 1, 2
order by 1, 2;
