-- Written by `npm run docs` from src/streams; do not edit.
{{ polar.staged('benefits', [
    ('id', 'string'),
    ('created_at', 'time'),
    ('modified_at', 'time'),
    ('type', 'string'),
    ('description', 'string'),
    ('selectable', 'boolean'),
    ('deletable', 'boolean'),
    ('is_deleted', 'boolean'),
    ('organization_id', 'string'),
    ('metadata', 'json'),
    ('visibility', 'string'),
    ('properties', 'json'),
    ('visibility_configurable', 'boolean'),
]) }}
