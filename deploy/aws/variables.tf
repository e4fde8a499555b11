variable "size" {
  description = "small: one machine; standard: Fargate, a database server and a load balancer"
  type        = string
  default     = "standard"

  validation {
    condition     = contains(["small", "standard"], var.size)
    error_message = "The size is small or standard."
  }
}

variable "environment" {
  description = "The environment: dev, staging or prod; part of every name"
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "The environment is dev, staging or prod."
  }
}

variable "region" {
  description = "The region for everything; it must offer Textract"
  type        = string
}

variable "domain" {
  description = "The site's domain, such as books.example.org"
  type        = string
}

variable "zone_id" {
  description = "The id of the Route 53 hosted zone for that domain"
  type        = string
}

variable "image_tag" {
  description = "The tag of the image to run"
  type        = string
  default     = "latest"
}

variable "operators" {
  description = "Email addresses for alarms and the budget"
  type        = list(string)
}

variable "contact" {
  description = "An email address or page, sent to the outside catalogues as they ask for"
  type        = string
}

variable "email_from" {
  description = "The sender of emails"
  type        = string
}

variable "budget_usd" {
  description = "The monthly budget in US dollars; the operators are notified before it is exceeded"
  type        = number
}

variable "scan_monthly_usd" {
  description = "The most that photos may cost per person and month, in US dollars; 0: no limit"
  type        = number
  default     = 1
}

variable "bedrock_model_id" {
  description = "The model that finds the spines, or its inference profile"
  type        = string
  default     = "global.anthropic.claude-haiku-5-5"
}

variable "chat_model" {
  description = "The model that answers questions: bedrock:MODEL, or empty for the built-in planner"
  type        = string
  default     = ""
}

variable "stage_queues" {
  description = "Scan stages with a queue and workers of their own: read, propose, validate"
  type        = set(string)
  default     = []
}

variable "web_tasks" {
  description = "The minimum and maximum number of web tasks"
  type        = object({ least = number, most = number })
  default     = { least = 1, most = 2 }
}

variable "worker_tasks" {
  description = "The minimum and maximum number of tasks of each kind of worker"
  type        = object({ least = number, most = number })
  default     = { least = 1, most = 3 }
}

variable "task_size" {
  description = "CPU units (1024 is one processor) and memory (MB) of web, worker and ingest"
  type        = map(object({ cpu = number, memory = number }))
  default = {
    web    = { cpu = 512, memory = 2048 }
    worker = { cpu = 1024, memory = 3072 }
    ingest = { cpu = 256, memory = 1024 }
  }
}

variable "database" {
  description = "Instance class, disk (GB), whether there is a standby, the days of point-in-time recovery, read replicas, and a connection pool (RDS Proxy)"
  type = object({
    class    = string
    disk     = number
    standby  = bool
    days     = number
    replicas = optional(number, 0)
    pool     = optional(bool, false)
  })
  default = { class = "db.t4g.micro", disk = 20, standby = false, days = 7 }
}

variable "zones" {
  description = "The number of availability zones"
  type        = number
  default     = 2
}

variable "nat_per_zone" {
  description = "One NAT gateway for each zone, so that one zone may fail; otherwise one for all"
  type        = bool
  default     = false
}

variable "log_days" {
  description = "How many days logs are kept"
  type        = number
  default     = 30
}

variable "secrets_version" {
  description = "Increase it to generate new keys; this signs everybody out"
  type        = number
  default     = 1
}

variable "waf" {
  description = "A web application firewall in front of the site: known attacks, and a limit of requests for each address"
  type        = bool
  default     = false
}

variable "cdn" {
  description = "CloudFront in front of the site, which keeps scripts, styles and fonts near the people"
  type        = bool
  default     = false
}

variable "traces" {
  description = "Traces in AWS X-Ray"
  type        = bool
  default     = false
}

variable "instance" {
  description = "With size small: the type of machine (ARM) and the size of its data disk (GB)"
  type        = object({ type = string, disk = number })
  default     = { type = "t4g.small", disk = 12 }
}
