resource "aws_db_subnet_group" "this" {
  name       = local.name
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
}

resource "aws_db_parameter_group" "this" {
  name   = local.name
  family = "postgres17"

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }
}

resource "aws_db_instance" "this" {
  identifier                      = local.name
  engine                          = "postgres"
  engine_version                  = "17"
  instance_class                  = var.database.class
  allocated_storage               = var.database.disk
  max_allocated_storage           = var.database.disk * 4
  storage_type                    = "gp3"
  storage_encrypted               = true
  multi_az                        = var.database.standby
  db_name                         = "bookimg"
  username                        = "bookimg"
  password_wo                     = ephemeral.aws_secretsmanager_secret_version.database.secret_string
  password_wo_version             = var.secrets_version
  db_subnet_group_name            = aws_db_subnet_group.this.name
  parameter_group_name            = aws_db_parameter_group.this.name
  vpc_security_group_ids          = [aws_security_group.database.id]
  publicly_accessible             = false
  backup_retention_period         = var.database.days # point-in-time recovery
  backup_window                   = "03:00-04:00"
  maintenance_window              = "sun:04:30-sun:05:30"
  copy_tags_to_snapshot           = true
  auto_minor_version_upgrade      = true
  performance_insights_enabled    = var.environment == "prod"
  enabled_cloudwatch_logs_exports = ["postgresql"]
  deletion_protection             = var.environment == "prod"
  skip_final_snapshot             = var.environment != "prod"
  final_snapshot_identifier       = "${local.name}-last"

  depends_on = [aws_cloudwatch_log_group.database]
}

resource "aws_cloudwatch_log_group" "database" {
  name              = "/aws/rds/instance/${local.name}/postgresql"
  retention_in_days = var.log_days
}

# For reports and exports by operators, and to be promoted if the first one is lost. BookImg itself only uses the first one.
resource "aws_db_instance" "replica" {
  count                      = var.database.replicas
  identifier                 = "${local.name}-replica-${count.index + 1}"
  replicate_source_db        = aws_db_instance.this.identifier
  instance_class             = var.database.class
  storage_type               = "gp3"
  storage_encrypted          = true
  parameter_group_name       = aws_db_parameter_group.this.name
  vpc_security_group_ids     = [aws_security_group.database.id]
  publicly_accessible        = false
  auto_minor_version_upgrade = true
  skip_final_snapshot        = true
}

# ── A pool of connections, so that many tasks and releases side by side do not exhaust them ─────────────────────────────
locals {
  database_host = var.database.pool ? aws_db_proxy.this[0].endpoint : aws_db_instance.this.address
  pool          = var.database.pool ? 1 : 0
}

resource "aws_secretsmanager_secret" "pool" {
  count                   = local.pool
  name                    = "${local.name}/pool"
  recovery_window_in_days = var.environment == "prod" ? 30 : 0
}

resource "aws_secretsmanager_secret_version" "pool" {
  count                    = local.pool
  secret_id                = aws_secretsmanager_secret.pool[0].id
  secret_string_wo         = jsonencode({ username = "bookimg", password = ephemeral.aws_secretsmanager_secret_version.database.secret_string })
  secret_string_wo_version = var.secrets_version
}

resource "aws_db_proxy" "this" {
  count                  = local.pool
  name                   = local.name
  engine_family          = "POSTGRESQL"
  require_tls            = true
  role_arn               = aws_iam_role.pool[0].arn
  vpc_subnet_ids         = [for subnet in aws_subnet.private : subnet.id]
  vpc_security_group_ids = [aws_security_group.database.id]

  auth {
    secret_arn                = aws_secretsmanager_secret.pool[0].arn
    client_password_auth_type = "POSTGRES_SCRAM_SHA_256"
    iam_auth                  = "DISABLED"
  }

  depends_on = [aws_secretsmanager_secret_version.pool, aws_iam_role_policy.pool]
}

resource "aws_db_proxy_default_target_group" "this" {
  count         = local.pool
  db_proxy_name = aws_db_proxy.this[0].name

  connection_pool_config {
    max_connections_percent = 80
  }
}

resource "aws_db_proxy_target" "this" {
  count                  = local.pool
  db_proxy_name          = aws_db_proxy.this[0].name
  target_group_name      = aws_db_proxy_default_target_group.this[0].name
  db_instance_identifier = aws_db_instance.this.identifier
}

# The pool and the database share a security group.
resource "aws_vpc_security_group_ingress_rule" "pool_to_database" {
  count                        = local.pool
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_vpc_security_group_egress_rule" "pool_to_database" {
  count                        = local.pool
  security_group_id            = aws_security_group.database.id
  referenced_security_group_id = aws_security_group.database.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

data "aws_iam_policy_document" "pool" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["rds.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "pool" {
  count              = local.pool
  name               = "${local.name}-pool"
  assume_role_policy = data.aws_iam_policy_document.pool.json
}

data "aws_iam_policy_document" "pool_secret" {
  count = local.pool

  statement {
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [aws_secretsmanager_secret.pool[0].arn]
  }
}

resource "aws_iam_role_policy" "pool" {
  count  = local.pool
  name   = "pool"
  role   = aws_iam_role.pool[0].id
  policy = data.aws_iam_policy_document.pool_secret[0].json
}
