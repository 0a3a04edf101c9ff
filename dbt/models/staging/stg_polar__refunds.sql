-- Written by `npm run docs` from src/streams; do not edit.
{{ polar.staged('refunds', [
    ('id', 'string'),
    ('created_at', 'time'),
    ('modified_at', 'time'),
    ('metadata', 'json'),
    ('status', 'string'),
    ('reason', 'string'),
    ('amount', 'amount', 'currency'),
    ('tax_amount', 'amount', 'currency'),
    ('currency', 'string'),
    ('organization_id', 'string'),
    ('order_id', 'string'),
    ('subscription_id', 'string'),
    ('customer_id', 'string'),
    ('revoke_benefits', 'boolean'),
    ('dispute', 'json'),
]) }}
