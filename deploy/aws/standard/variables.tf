# Described and checked in ../variables.tf.

variable "environment" {
  type = string
}

variable "region" {
  type = string
}

variable "domain" {
  type = string
}

variable "zone_id" {
  type = string
}

variable "image_tag" {
  type = string
}

variable "operators" {
  type = list(string)
}

variable "contact" {
  type = string
}

variable "email_from" {
  type = string
}

variable "budget_usd" {
  type = number
}

variable "scan_monthly_usd" {
  type = number
}

variable "bedrock_model_id" {
  type = string
}

variable "chat_model" {
  type = string
}

variable "stage_queues" {
  type = set(string)
}

variable "web_tasks" {
  type = object({ least = number, most = number })
}

variable "worker_tasks" {
  type = object({ least = number, most = number })
}

variable "task_size" {
  type = map(object({ cpu = number, memory = number }))
}

variable "database" {
  type = object({ class = string, disk = number, standby = bool, days = number, replicas = number, pool = bool })
}

variable "zones" {
  type = number
}

variable "nat_per_zone" {
  type = bool
}

variable "log_days" {
  type = number
}

variable "secrets_version" {
  type = number
}

variable "waf" {
  type = bool
}

variable "cdn" {
  type = bool
}

variable "traces" {
  type = bool
}
