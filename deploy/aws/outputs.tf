output "site" {
  value = "https://${var.domain}"
}

output "repository" {
  description = "The repository for images"
  value       = try(module.small[0].repository, module.standard[0].repository)
}

output "release" {
  description = "Everything that ./release needs"
  value       = merge({ size = var.size, region = var.region }, try(module.small[0].release, module.standard[0].release))
}

output "topic" {
  description = "The topic that is notified when a scan ends"
  value       = one(module.standard[*].topic)
}

output "replicas" {
  description = "The addresses of read replicas"
  value       = one(module.standard[*].replicas)
}
