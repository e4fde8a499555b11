# As small as possible, for trying it out: one of each, one NAT gateway, no standby database.
environment  = "dev"
region       = "eu-west-1"
domain       = "dev.books.example.org"
zone_id      = "Z0000000000000000000"
contact      = "books@example.org"
email_from   = "BookImg <books@example.org>"
operators    = ["operators@example.org"]
budget_usd   = 150
web_tasks    = { least = 1, most = 1 }
worker_tasks = { least = 1, most = 2 }
database     = { class = "db.t4g.micro", disk = 20, standby = false, days = 1 }
log_days     = 7
