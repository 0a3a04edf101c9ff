{# Amounts have three digits after the point at the most, and as many before as every warehouse takes. #}
{% macro type_amount() -%} numeric(32, 3) {%- endmacro %}

{# An amount in units of its currency, out of one in smallest units: 4900 cents are 49, 4900 yen are 4900. #}
{% macro currency_units(amount, currency) -%}
    cast(
        cast({{ amount }} as numeric(29, 0))
        * case when {{ polar.is_whole(currency) }} then 1 else cast(0.01 as numeric(3, 2)) end
        as {{ polar.type_amount() }}
    )
{%- endmacro %}

{# An amount that may be missing. #}
{% macro or_zero(amount) -%}
    cast(coalesce({{ amount }}, 0) as {{ polar.type_amount() }})
{%- endmacro %}

{% macro is_whole(currency) -%}
    coalesce({{ currency }} in ('{{ var('polar_whole_currencies') | join("', '") }}'), false)
{%- endmacro %}

{#
  What an amount per billing period comes to in a month, rounded to the smallest unit of its currency. A
  year has 12 months, 52 weeks and 365 days.
#}
{% macro monthly_amount(amount, currency, interval, count) -%}
    {%- set smallest_units -%}
        {{ amount }} * case when {{ polar.is_whole(currency) }} then 1 else 100 end
    {%- endset -%}
    {%- set monthly -%}
        round(
            {{ smallest_units }}
            * case {{ interval }} when 'year' then 1 when 'month' then 12 when 'week' then 52 when 'day' then 365 end
            / (12.0 * {{ count }})
        )
    {%- endset -%}
    {{ polar.currency_units(monthly, currency) }}
{%- endmacro %}

{# Percent of a whole, with one digit after the point; null of nothing. #}
{% macro percent(part, whole) -%}
    round(100.0 * {{ part }} / nullif({{ whole }}, 0), 1)
{%- endmacro %}
