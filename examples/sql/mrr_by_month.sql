-- Monthly recurring revenue at the end of each month, in the currency's smallest unit (cents).
--
-- A subscription counts while it lives, is out of its trial and is not paused. What is billed by the
-- year, week or day is spread over months. Polar tells what a subscription costs now, not what it
-- used to cost: past months are counted at today's prices.
with month_ends as (
  select month, least(month + interval '1 month', last_sync) as month_end
  from (select min(started_at) as first_start, max(_sdc_extracted_at) as last_sync from subscriptions) as span,
    generate_series(date_trunc('month', first_start), last_sync, interval '1 month') as month
),
monthly as (
  select
    *,
    round(case recurring_interval
      when 'year' then amount / 12.0
      when 'month' then amount
      when 'week' then amount * 52 / 12.0
      when 'day' then amount * 365 / 12.0
    end / recurring_interval_count) as monthly_amount
  from subscriptions
)
select
  to_char(month, 'YYYY-MM') as month,
  currency,
  count(*) as subscriptions,
  sum(monthly_amount) as mrr
from month_ends
join monthly on started_at < month_end
  and (ended_at is null or ended_at >= month_end)
  and (trial_end is null or trial_end < month_end)
  and (status <> 'paused' or paused_at >= month_end)
group by 1, 2
order by 1, 2;
