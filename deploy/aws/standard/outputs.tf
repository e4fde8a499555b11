output "repository" {
  value = aws_ecr_repository.this.repository_url
}

output "release" {
  value = {
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
  value = aws_sns_topic.scans.arn
}

output "replicas" {
  value = aws_db_instance.replica[*].address
}
