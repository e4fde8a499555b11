# Everything is redundant in two zones, and each scan stage has workers of its own.
environment  = "prod"
region       = "eu-west-1"
domain       = "books.example.org"
zone_id      = "Z0000000000000000000"
contact      = "books@example.org"
email_from   = "BookImg <books@example.org>"
operators    = ["operators@example.org"]
budget_usd   = 900
web_tasks    = { least = 2, most = 6 }
worker_tasks = { least = 1, most = 10 }
stage_queues = ["read", "validate"]
nat_per_zone = true
database     = { class = "db.t4g.medium", disk = 50, standby = true, days = 35, pool = true }
waf          = true
log_days     = 90
