# The tasks: pages (web), background work (worker, one kind for each queue), notifications of the bucket (ingest), `prepare` before
# each release, and `dead_letters` for operators.

resource "aws_ecr_repository" "this" {
  name                 = local.name
  image_tag_mutability = "IMMUTABLE"
  force_delete         = var.environment != "prod"

  image_scanning_configuration {
    scan_on_push = true
  }
}

resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [{
      rulePriority = 1
      description  = "keep the last twenty, to go back to"
      selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = 20 }
      action       = { type = "expire" }
    }]
  })
}

locals {
  environment = {
    PUBLIC_URL         = "https://${var.domain}"
    TRUSTED_PROXIES    = join(",", concat([aws_vpc.this.cidr_block], local.cdn_addresses)) # the load balancer, and CloudFront
    DATABASE_URL       = "postgres://${aws_db_instance.this.username}@${local.database_host}:5432/${aws_db_instance.this.db_name}?sslmode=require"
    STORAGE            = "s3"
    S3_BUCKET          = aws_s3_bucket.files["uploads"].id
    S3_RESULTS_BUCKET  = aws_s3_bucket.files["results"].id
    AWS_REGION         = var.region
    BROKER             = "sqs"
    SQS_QUEUE          = local.work_queues["work"]
    STAGE_QUEUES       = join(",", var.stage_queues)
    INGEST_QUEUE       = local.queues["news"]
    SNS_TOPIC_ARN      = aws_sns_topic.scans.arn
    OCR                = "textract"
    PROPOSER           = "bedrock"
    BEDROCK_MODEL_ID   = var.bedrock_model_id
    SCAN_MONTHLY_USD   = tostring(var.scan_monthly_usd)
    CHAT_MODEL         = var.chat_model
    CONTACT            = var.contact
    DEFAULT_FROM_EMAIL = var.email_from
    EMAIL_VERIFICATION = "mandatory"
    DEMO               = "0"
    LOG_FORMAT         = "json"

    OTEL_EXPORTER_OTLP_ENDPOINT = var.traces ? "http://127.0.0.1:4318" : ""
  }
  secret_arns = {
    SECRET_KEY        = aws_secretsmanager_secret.this["signing"].arn
    DATABASE_PASSWORD = aws_secretsmanager_secret.this["database"].arn
    METRICS_TOKEN     = aws_secretsmanager_secret.this["metrics"].arn
    EMAIL_URL         = aws_secretsmanager_secret.mail.arn
  }
  workers = merge({ worker = [] }, { for stage in var.stage_queues : "worker-${stage}" => ["--queue", stage] })
  commands = merge(
    { web = ["web", "--host", "0.0.0.0", "--port", tostring(local.port)], ingest = ["ingest"], prepare = ["prepare"], dead_letters = ["dead_letters"] },
    { for name, more in local.workers : name => concat(["worker"], more) },
  )
  # The collector beside a task receives its traces; its own configuration sends them to X-Ray.
  collector = {
    name            = "collector"
    image           = "public.ecr.aws/aws-observability/aws-otel-collector:v0.45.0"
    command         = ["--config=/etc/ecs/ecs-default-config.yaml"]
    essential       = false
    linuxParameters = { initProcessEnabled = true }
    stopTimeout     = 115
    environment     = []
    secrets         = []
    portMappings    = []
    healthCheck     = null
  }
  kind = { for name, _ in local.commands : name => startswith(name, "worker") ? "worker" : name }
  size = { for name, kind in local.kind : name => lookup(var.task_size, kind, var.task_size["ingest"]) }
}

resource "aws_cloudwatch_log_group" "task" {
  for_each          = local.commands
  name              = "/${local.name}/${each.key}"
  retention_in_days = var.log_days
}

resource "aws_ecs_cluster" "this" {
  name = local.name

  setting {
    name  = "containerInsights"
    value = var.environment == "prod" ? "enabled" : "disabled"
  }
}

resource "aws_ecs_task_definition" "task" {
  for_each                 = local.commands
  family                   = "${local.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = local.size[each.key].cpu
  memory                   = local.size[each.key].memory
  task_role_arn            = aws_iam_role.task[local.kind[each.key]].arn
  execution_role_arn       = aws_iam_role.start.arn

  runtime_platform {
    cpu_architecture        = "ARM64" # a fifth cheaper
    operating_system_family = "LINUX"
  }

  skip_destroy = true # so that you can go back to an earlier release

  container_definitions = jsonencode([for container in concat([{
    name            = each.key
    image           = "${aws_ecr_repository.this.repository_url}:${var.image_tag}"
    command         = each.value
    essential       = true
    linuxParameters = { initProcessEnabled = true }
    stopTimeout     = 110 # the current stage of a scan finishes first
    environment     = [for name, value in local.environment : { name = name, value = value } if value != ""]
    secrets         = [for name, arn in local.secret_arns : { name = name, valueFrom = arn }]
    portMappings    = each.key == "web" ? [{ containerPort = local.port, protocol = "tcp" }] : []
    healthCheck     = each.key == "web" ? null : { command = ["CMD-SHELL", "exit 0"] }
    }], var.traces ? [local.collector] : []) : merge(container, { logConfiguration = {
    logDriver = "awslogs"
    options = {
      awslogs-group         = aws_cloudwatch_log_group.task[each.key].name
      awslogs-region        = var.region
      awslogs-stream-prefix = "task"
    }
  } })])
}

# Releases (./release) change which tasks the services run; Terraform only changes how they are defined.
resource "aws_ecs_service" "web" {
  name                              = "web"
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.task["web"].arn
  desired_count                     = var.web_tasks.least
  launch_type                       = "FARGATE"
  health_check_grace_period_seconds = 60
  propagate_tags                    = "SERVICE"

  deployment_controller {
    type = "CODE_DEPLOY"
  }

  network_configuration {
    subnets         = [for subnet in aws_subnet.private : subnet.id]
    security_groups = [aws_security_group.web.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.web["blue"].arn
    container_name   = "web"
    container_port   = local.port
  }

  lifecycle {
    ignore_changes = [task_definition, desired_count, load_balancer]
  }

  depends_on = [aws_lb_listener.https]
}

resource "aws_ecs_service" "background" {
  for_each        = setsubtract(keys(local.commands), ["web", "prepare", "dead_letters"])
  name            = each.key
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.task[each.key].arn
  desired_count   = each.key == "ingest" ? 1 : var.worker_tasks.least
  launch_type     = "FARGATE"
  propagate_tags  = "SERVICE"

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    subnets         = [for subnet in aws_subnet.private : subnet.id]
    security_groups = [aws_security_group.worker.id]
  }

  lifecycle {
    ignore_changes = [task_definition, desired_count]
  }
}
