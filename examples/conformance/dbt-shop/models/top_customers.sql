select c.id, r.amount from {{ ref('customers') }} c join {{ ref('revenue') }} r on r.customer_id = c.id
