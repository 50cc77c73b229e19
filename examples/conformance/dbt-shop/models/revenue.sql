select customer_id, sum(amount) as amount from {{ ref('orders') }} group by 1
