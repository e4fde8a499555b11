# "small" is one machine for a household or a club; "standard" grows to many machines. docs/aws-costs.md compares them.

module "small" {
  count       = var.size == "small" ? 1 : 0
  source      = "./small"
  environment = var.environment
  region      = var.region
  domain      = var.domain
  zone_id     = var.zone_id
  operators   = var.operators
  contact     = var.contact
  email_from  = var.email_from
  budget_usd  = var.budget_usd
  instance    = var.instance
}

module "standard" {
  count            = var.size == "standard" ? 1 : 0
  source           = "./standard"
  environment      = var.environment
  region           = var.region
  domain           = var.domain
  zone_id          = var.zone_id
  image_tag        = var.image_tag
  operators        = var.operators
  contact          = var.contact
  email_from       = var.email_from
  budget_usd       = var.budget_usd
  scan_monthly_usd = var.scan_monthly_usd
  bedrock_model_id = var.bedrock_model_id
  chat_model       = var.chat_model
  stage_queues     = var.stage_queues
  web_tasks        = var.web_tasks
  worker_tasks     = var.worker_tasks
  task_size        = var.task_size
  database         = var.database
  zones            = var.zones
  nat_per_zone     = var.nat_per_zone
  log_days         = var.log_days
  secrets_version  = var.secrets_version
  waf              = var.waf
  cdn              = var.cdn
  traces           = var.traces

  providers = {
    aws           = aws
    aws.us_east_1 = aws.us_east_1
  }
}
