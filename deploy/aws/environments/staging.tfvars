# Like production, but smaller: try releases here first.
environment  = "staging"
region       = "eu-west-1"
domain       = "staging.books.example.org"
zone_id      = "Z0000000000000000000"
contact      = "books@example.org"
email_from   = "BookImg <books@example.org>"
operators    = ["operators@example.org"]
budget_usd   = 250
web_tasks    = { least = 1, most = 2 }
worker_tasks = { least = 1, most = 3 }
database     = { class = "db.t4g.small", disk = 20, standby = false, days = 7 }
