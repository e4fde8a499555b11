# Keys are generated on AWS and passed directly to whatever needs them. Neither a plan nor the state contains them: all arguments are write-only.

locals {
  secrets = toset(["database", "signing", "metrics"])
}

ephemeral "aws_secretsmanager_random_password" "fresh" {
  for_each            = local.secrets
  password_length     = 50
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "this" {
  for_each                = local.secrets
  name                    = "${local.name}/${each.key}"
  recovery_window_in_days = var.environment == "prod" ? 30 : 0
}

resource "aws_secretsmanager_secret_version" "this" {
  for_each                 = local.secrets
  secret_id                = aws_secretsmanager_secret.this[each.key].id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.fresh[each.key].random_password
  secret_string_wo_version = var.secrets_version
}

# The database gets the stored key, so that the two agree even if an apply was interrupted.
ephemeral "aws_secretsmanager_secret_version" "database" {
  secret_id  = aws_secretsmanager_secret_version.this["database"].secret_id
  version_id = aws_secretsmanager_secret_version.this["database"].version_id
}

# Email through an account of your own: you enter its address and key by hand (docs/aws.md); nothing else knows them.
resource "aws_secretsmanager_secret" "mail" {
  name                    = "${local.name}/mail"
  recovery_window_in_days = var.environment == "prod" ? 30 : 0
}

resource "aws_secretsmanager_secret_version" "mail" {
  secret_id                = aws_secretsmanager_secret.mail.id
  secret_string_wo         = "consolemail://"
  secret_string_wo_version = 1
}
