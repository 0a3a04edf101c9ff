{# A point in time in UTC, without a zone. #}
{% macro utc(column) -%}
    {{ return(adapter.dispatch('utc', 'polar')(column)) }}
{%- endmacro %}

{% macro default__utc(column) -%}
    cast({{ column }} as {{ polar.type_utc() }})
{%- endmacro %}

{# BigQuery's timestamp is in UTC by itself; what has no zone there is a datetime. #}
{% macro type_utc() -%}
    {{ return(adapter.dispatch('type_utc', 'polar')()) }}
{%- endmacro %}

{% macro default__type_utc() -%} timestamp {%- endmacro %}
{% macro snowflake__type_utc() -%} timestamp_ntz {%- endmacro %}
{% macro bigquery__type_utc() -%} datetime {%- endmacro %}

{# The first day of the month of a time. #}
{% macro month_of(time) -%}
    cast({{ dbt.date_trunc('month', time) }} as date)
{%- endmacro %}

{# So many months after the first day of one. #}
{% macro months_after(month, months) -%}
    cast({{ dbt.dateadd('month', months, month) }} as date)
{%- endmacro %}

{# An object or a list; what is null in JSON is null. #}
{% macro json_or_null(column) -%}
    {{ return(adapter.dispatch('json_or_null', 'polar')(column)) }}
{%- endmacro %}

{% macro default__json_or_null(column) -%}
    case when cast({{ column }} as {{ dbt.type_string() }}) <> 'null' then {{ column }} end
{%- endmacro %}

{% macro snowflake__json_or_null(column) -%}
    case when not is_null_value({{ column }}) then {{ column }} end
{%- endmacro %}

{% macro bigquery__json_or_null(column) -%}
    case when json_type({{ column }}) <> 'null' then {{ column }} end
{%- endmacro %}
