resource "aws_sns_topic" "operators" {
  name              = "${local.name}-operators"
  kms_master_key_id = aws_kms_key.alarms.key_id
}

resource "aws_sns_topic_subscription" "operators" {
  for_each  = toset(var.operators)
  topic_arn = aws_sns_topic.operators.arn
  protocol  = "email"
  endpoint  = each.key
}

# CloudWatch is not allowed to use the key that AWS manages for topics.
resource "aws_kms_key" "alarms" {
  description         = "${local.name}: alarms"
  enable_key_rotation = true
  policy              = data.aws_iam_policy_document.alarms.json
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "AlarmsAndBudget"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "pages_fail" {
  alarm_name          = "${local.name}-pages-fail"
  alarm_description   = "More than 1 % of requests failed with a server error for five minutes"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.operators.arn]
  ok_actions          = [aws_sns_topic.operators.arn]

  metric_query {
    id          = "share"
    expression  = "IF(all >= 20, 100 * (FILL(web, 0) + FILL(balancer, 0)) / all, 0)"
    label       = "errors in %"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { all = "RequestCount", web = "HTTPCode_Target_5XX_Count", balancer = "HTTPCode_ELB_5XX_Count" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/ApplicationELB"
        metric_name = metric_query.value
        dimensions  = { LoadBalancer = aws_lb.this.arn_suffix }
        stat        = "Sum"
        period      = 300
      }
    }
  }
}

# The log has a line for each stage of a scan that says how it ended.
locals {
  states = { done = "done", again = "to be repeated", failed = "failed" }
}

resource "aws_cloudwatch_log_metric_filter" "stage" {
  for_each = {
    for pair in setproduct(keys(local.workers), keys(local.states)) : "${pair[0]}-${pair[1]}" => { group = pair[0], state = pair[1] }
  }
  name           = each.key
  log_group_name = aws_cloudwatch_log_group.task[each.value.group].name
  pattern        = "{ $.stage = \"*\" && $.state = \"${local.states[each.value.state]}\" }"

  metric_transformation {
    namespace = local.name
    name      = "Stages-${each.value.state}"
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "workers_fail" {
  alarm_name          = "${local.name}-workers-fail"
  alarm_description   = "More than 5 % of scan stages failed in 15 minutes"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.operators.arn]
  ok_actions          = [aws_sns_topic.operators.arn]

  metric_query {
    id          = "share"
    expression  = "100 * (FILL(failed, 0) + FILL(again, 0)) / (FILL(done, 0) + FILL(failed, 0) + FILL(again, 0))"
    label       = "errors in %"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = toset(["done", "again", "failed"])

    content {
      id = metric_query.key

      metric {
        namespace   = local.name
        metric_name = "Stages-${metric_query.key}"
        stat        = "Sum"
        period      = 900
      }
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  for_each            = local.queues
  alarm_name          = "${local.name}-${each.key}-dead-letters"
  alarm_description   = "A message is in the dead-letter queue after five attempts: see docs/aws.md"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead_letters[each.key].name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  alarm_actions       = [aws_sns_topic.operators.arn]
}

resource "aws_cloudwatch_metric_alarm" "late" {
  for_each            = local.queues
  alarm_name          = "${local.name}-${each.key}-late"
  alarm_description   = "The oldest message has waited for more than ten minutes"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.queue[each.key].name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 600
  alarm_actions       = [aws_sns_topic.operators.arn]
  ok_actions          = [aws_sns_topic.operators.arn]
}

resource "aws_cloudwatch_metric_alarm" "disk" {
  alarm_name          = "${local.name}-database-disk"
  alarm_description   = "The database has less than 2 GB of free space"
  namespace           = "AWS/RDS"
  metric_name         = "FreeStorageSpace"
  dimensions          = { DBInstanceIdentifier = aws_db_instance.this.identifier }
  statistic           = "Minimum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 2000000000
  alarm_actions       = [aws_sns_topic.operators.arn]
}

resource "aws_budgets_budget" "month" {
  name         = local.name
  budget_type  = "COST"
  limit_amount = tostring(var.budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  cost_filter {
    name   = "TagKeyValue"
    values = ["user:environment$${var.environment}"]
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type          = notification.key
      comparison_operator        = "GREATER_THAN"
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.operators
    }
  }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name

  dashboard_body = jsonencode({
    widgets = [
      for number, widget in [
        { title = "Requests and errors", metrics = [for name in ["RequestCount", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"] : ["AWS/ApplicationELB", name, "LoadBalancer", aws_lb.this.arn_suffix]], stat = "Sum" },
        { title = "Seconds of an answer (p95)", metrics = [["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", aws_lb.this.arn_suffix]], stat = "p95" },
        { title = "Messages that wait", metrics = [for name in values(local.queues) : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", name]], stat = "Maximum" },
        { title = "Age of the oldest message", metrics = [for name in values(local.queues) : ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", name]], stat = "Maximum" },
        { title = "Stages of scans", metrics = [for state in ["done", "again", "failed"] : [local.name, "Stages-${state}"]], stat = "Sum" },
        { title = "Processors of the tasks", metrics = [for name in concat(["web", "ingest"], keys(local.workers)) : ["AWS/ECS", "CPUUtilization", "ClusterName", local.name, "ServiceName", name]], stat = "Average" },
        { title = "Database", metrics = [for name in ["CPUUtilization", "DatabaseConnections"] : ["AWS/RDS", name, "DBInstanceIdentifier", local.name]], stat = "Average" },
        { title = "Dead letters", metrics = [for queue in aws_sqs_queue.dead_letters : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue.name]], stat = "Maximum" },
        ] : {
        type   = "metric"
        x      = (number % 2) * 12
        y      = floor(number / 2) * 6
        width  = 12
        height = 6
        properties = {
          title   = widget.title
          metrics = widget.metrics
          stat    = widget.stat
          period  = 60
          region  = var.region
          view    = "timeSeries"
        }
      }
    ]
  })
}
