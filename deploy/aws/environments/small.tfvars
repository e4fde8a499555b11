# One machine for a household or a club: at most 20 US dollars a month (docs/aws-costs.md).
size        = "small"
environment = "prod"
region      = "eu-west-1"
domain      = "books.example.org"
zone_id     = "Z0000000000000000000"
contact     = "books@example.org"
email_from  = "BookImg <books@example.org>"
operators   = ["operators@example.org"]
budget_usd  = 20
