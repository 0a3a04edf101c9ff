{#
  A raw table with its columns as people use them: UTC times without a zone, amounts in units of their
  currency, the null of JSON as SQL's. Columns that the table lacks, since they are not selected in the
  tap, are left out.

  columns: (name, kind), or (name, 'amount', the column of its currency)
#}
{% macro staged(table, columns) -%}
    {%- set relation = source('polar', table) -%}
    {%- set existing = polar.columns_of(relation) -%}
select
    {%- for column in columns if existing is none or column[0] in existing %}
    {{ polar.column(column) }} as {{ column[0] }},
    {%- endfor %}
    {{ polar.utc('_sdc_extracted_at') }} as synced_at,
    {{ polar.utc('_sdc_deleted_at') }} as removed_at
from {{ relation }}
    {%- if not var('polar_removed_rows') %}
where _sdc_deleted_at is null
    {%- endif %}
{%- endmacro %}

{# The names of a table's columns; none where dbt compiles without a connection. #}
{% macro columns_of(relation) -%}
    {%- if not execute or not flags.INTROSPECT -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set existing = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list -%}
    {%- if existing | length == 0 -%}
        {{ exceptions.raise_compiler_error(
            'There is no table ' ~ relation ~ '. Load it first, name its schema in the variable polar_schema, or disable ' ~ model.name ~ '.'
        ) }}
    {%- endif -%}
    {%- if '_sdc_extracted_at' not in existing -%}
        {{ exceptions.raise_compiler_error(
            relation ~ ' has no column _sdc_extracted_at. Let the target add it: add_metadata_columns of target-duckdb, add_record_metadata of others.'
        ) }}
    {%- endif -%}
    {{ return(existing) }}
{%- endmacro %}

{% macro column(column) -%}
    {%- set name, kind = column[0], column[1] -%}
    {%- if kind == 'amount' -%}
        {{ polar.currency_units(name, column[2]) }}
    {%- elif kind == 'time' -%}
        {{ polar.utc(name) }}
    {%- elif kind == 'json' -%}
        {{ polar.json_or_null(name) }}
    {%- elif kind == 'integer' -%}
        cast({{ name }} as {{ dbt.type_bigint() }})
    {%- else -%}
        {{ name }}
    {%- endif -%}
{%- endmacro %}
