# Web scales by processor load, workers by the number of waiting messages.

resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.web.name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.web_tasks.least
  max_capacity       = var.web_tasks.most
}

resource "aws_appautoscaling_policy" "web" {
  name               = "busy"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  resource_id        = aws_appautoscaling_target.web.resource_id
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension

  target_tracking_scaling_policy_configuration {
    target_value       = 60
    scale_in_cooldown  = 300
    scale_out_cooldown = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

locals {
  queue_of = { for name, more in local.workers : name => local.work_queues[try(more[1], "work")] }
}

resource "aws_appautoscaling_target" "worker" {
  for_each           = local.workers
  service_namespace  = "ecs"
  resource_id        = "service/${aws_ecs_cluster.this.name}/${aws_ecs_service.background[each.key].name}"
  scalable_dimension = "ecs:service:DesiredCount"
  min_capacity       = var.worker_tasks.least
  max_capacity       = var.worker_tasks.most
}

resource "aws_appautoscaling_policy" "more" {
  for_each           = local.workers
  name               = "more"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.worker[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.worker[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.worker[each.key].scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 120
    metric_aggregation_type = "Maximum"

    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 45
      scaling_adjustment          = 1
    }

    step_adjustment {
      metric_interval_lower_bound = 45
      scaling_adjustment          = 4
    }
  }
}

resource "aws_appautoscaling_policy" "fewer" {
  for_each           = local.workers
  name               = "fewer"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.worker[each.key].service_namespace
  resource_id        = aws_appautoscaling_target.worker[each.key].resource_id
  scalable_dimension = aws_appautoscaling_target.worker[each.key].scalable_dimension

  step_scaling_policy_configuration {
    adjustment_type         = "ChangeInCapacity"
    cooldown                = 300
    metric_aggregation_type = "Maximum"

    step_adjustment {
      metric_interval_upper_bound = 0
      scaling_adjustment          = -1
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "waiting" {
  for_each            = local.workers
  alarm_name          = "${local.name}-${each.key}-waiting"
  alarm_description   = "More than five messages are waiting: one more worker; from fifty, four more"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.queue_of[each.key] }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 5
  alarm_actions       = [aws_appautoscaling_policy.more[each.key].arn]
}

# Messages in progress count too, so no worker is stopped in the middle of a scan.
resource "aws_cloudwatch_metric_alarm" "idle" {
  for_each            = local.workers
  alarm_name          = "${local.name}-${each.key}-idle"
  alarm_description   = "No messages waiting or in progress for ten minutes: one worker fewer"
  evaluation_periods  = 10
  comparison_operator = "LessThanOrEqualToThreshold"
  threshold           = 0
  alarm_actions       = [aws_appautoscaling_policy.fewer[each.key].arn]

  metric_query {
    id          = "all"
    expression  = "waiting + taken"
    label       = "messages"
    return_data = true
  }

  dynamic "metric_query" {
    for_each = { waiting = "ApproximateNumberOfMessagesVisible", taken = "ApproximateNumberOfMessagesNotVisible" }

    content {
      id = metric_query.key

      metric {
        namespace   = "AWS/SQS"
        metric_name = metric_query.value
        dimensions  = { QueueName = local.queue_of[each.key] }
        stat        = "Maximum"
        period      = 60
      }
    }
  }
}
