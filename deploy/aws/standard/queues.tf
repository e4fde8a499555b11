# Queues for the work, for the stages with workers of their own, and for the bucket's notifications. Each has a dead-letter queue.

locals {
  work_queues = merge(
    { work = "${local.name}-work" },
    { for stage in var.stage_queues : stage => "${local.name}-work-${stage}" },
  )
  queues     = merge(local.work_queues, { news = "${local.name}-news" })
  hidden_for = { news = 120 }
}

resource "aws_sqs_queue" "dead_letters" {
  for_each                  = local.queues
  name                      = "${each.value}-dlq"
  message_retention_seconds = 1209600
  sqs_managed_sse_enabled   = true
}

resource "aws_sqs_queue" "queue" {
  for_each                   = local.queues
  name                       = each.value
  visibility_timeout_seconds = lookup(local.hidden_for, each.key, 660) # a task may take 300 s, and is delivered again after 630
  message_retention_seconds  = 1209600
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead_letters[each.key].arn
    maxReceiveCount     = 5
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  for_each  = local.queues
  queue_url = aws_sqs_queue.dead_letters[each.key].id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.queue[each.key].arn]
  })
}

data "aws_iam_policy_document" "news" {
  statement {
    sid       = "BucketTells"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.queue["news"].arn]

    principals {
      type        = "Service"
      identifiers = ["s3.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_s3_bucket.files["uploads"].arn]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_sqs_queue_policy" "news" {
  queue_url = aws_sqs_queue.queue["news"].id
  policy    = data.aws_iam_policy_document.news.json
}

# Notified when a scan ends; anyone interested subscribes.
resource "aws_sns_topic" "scans" {
  name              = "${local.name}-scans"
  kms_master_key_id = "alias/aws/sns"
}
