# Keys are made at Amazon and go from there to who needs them. Neither a plan nor the state has them: all arguments are write-only.

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

# What the database is given is read back, so that both know the same however often an apply was begun.
ephemeral "aws_secretsmanager_secret_version" "database" {
  secret_id  = aws_secretsmanager_secret_version.this["database"].secret_id
  version_id = aws_secretsmanager_secret_version.this["database"].version_id
}

# Mail by an account of your own: its address with its key is put here by hand (docs/aws.md) and is nobody else's business.
resource "aws_secretsmanager_secret" "mail" {
  name                    = "${local.name}/mail"
  recovery_window_in_days = var.environment == "prod" ? 30 : 0
}

resource "aws_secretsmanager_secret_version" "mail" {
  secret_id                = aws_secretsmanager_secret.mail.id
  secret_string_wo         = "consolemail://"
  secret_string_wo_version = 1
}
