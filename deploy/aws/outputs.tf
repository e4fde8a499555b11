output "site" {
  value = "https://${var.domain}"
}

output "repository" {
  description = "The repository for images"
  value       = aws_ecr_repository.this.repository_url
}

output "release" {
  description = "Everything that ./release needs"
  value = {
    region     = var.region
    cluster    = aws_ecs_cluster.this.name
    tasks      = { for name, task in aws_ecs_task_definition.task : name => task.arn }
    subnets    = [for subnet in aws_subnet.private : subnet.id]
    group      = aws_security_group.worker.id
    background = [for service in aws_ecs_service.background : service.name]
    codedeploy = aws_codedeploy_app.web.name
    port       = local.port
  }
}

output "topic" {
  description = "The topic that is notified when a scan ends"
  value       = aws_sns_topic.scans.arn
}
