# One role for each kind of task, with only the permissions it needs (policies/, verified by the tests), and one for starting tasks.

locals {
  models = compact([
    var.bedrock_model_id,
    startswith(var.chat_model, "bedrock:") ? trimprefix(var.chat_model, "bedrock:") : "",
  ])
  model_arns = distinct(flatten([
    for model in local.models : [
      "arn:aws:bedrock:*::foundation-model/${replace(model, "/^(global|us|eu|apac|jp|au)\\./", "")}",
      "arn:aws:bedrock:*:${local.account}:inference-profile/${model}",
    ]
  ]))
  given = {
    uploads      = aws_s3_bucket.files["uploads"].arn
    results      = aws_s3_bucket.files["results"].arn
    work_queues  = jsonencode([for name, _ in local.work_queues : aws_sqs_queue.queue[name].arn])
    news_queue   = aws_sqs_queue.queue["news"].arn
    dead_letters = jsonencode([for name, _ in local.work_queues : aws_sqs_queue.dead_letters[name].arn])
    topic        = aws_sns_topic.scans.arn
    models       = jsonencode(local.model_arns)
  }
}

data "aws_iam_policy_document" "tasks" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "task" {
  for_each           = toset(["web", "worker", "ingest", "prepare", "dead_letters"])
  name               = "${local.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

# `prepare` only uses the database.
resource "aws_iam_role_policy" "task" {
  for_each = toset(["web", "worker", "ingest", "dead_letters"])
  name     = each.key
  role     = aws_iam_role.task[each.key].id
  policy   = templatefile("${path.module}/policies/${each.key}.json", local.given)
}

# Chat runs in the web tasks.
data "aws_iam_policy_document" "chat" {
  statement {
    actions   = ["bedrock:InvokeModel"]
    resources = local.model_arns
  }
}

resource "aws_iam_role_policy" "chat" {
  count  = startswith(var.chat_model, "bedrock:") ? 1 : 0
  name   = "chat"
  role   = aws_iam_role.task["web"].id
  policy = data.aws_iam_policy_document.chat.json
}

# ── Starting tasks: pulling the image, writing logs, passing on keys ────────────────────────────────────────────────
resource "aws_iam_role" "start" {
  name               = "${local.name}-start"
  assume_role_policy = data.aws_iam_policy_document.tasks.json
}

data "aws_iam_policy_document" "start" {
  statement {
    sid       = "FindTheRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    sid       = "FetchTheImage"
    actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    resources = [aws_ecr_repository.this.arn]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = [for group in aws_cloudwatch_log_group.task : "${group.arn}:*"]
  }

  statement {
    sid       = "HandOverKeys"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = values(local.secret_arns)
  }
}

resource "aws_iam_role_policy" "start" {
  name   = "start"
  role   = aws_iam_role.start.id
  policy = data.aws_iam_policy_document.start.json
}

# ── Traces: the collector beside each task sends them to X-Ray ────────────────────────────────────────────────────────
data "aws_iam_policy_document" "traces" {
  statement {
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "traces" {
  for_each = var.traces ? aws_iam_role.task : {}
  name     = "traces"
  role     = each.value.id
  policy   = data.aws_iam_policy_document.traces.json
}
