variable "environment" {
  description = "dev, staging or prod: part of every name"
  type        = string

  validation {
    condition     = contains(["dev", "staging", "prod"], var.environment)
    error_message = "The environment is dev, staging or prod."
  }
}

variable "region" {
  description = "where everything stands; Textract must be there"
  type        = string
}

variable "domain" {
  description = "the name people use, such as books.example.org"
  type        = string
}

variable "zone_id" {
  description = "the hosted zone of Route 53 in which that name is made"
  type        = string
}

variable "image_tag" {
  description = "which image of the repository runs"
  type        = string
  default     = "latest"
}

variable "operators" {
  description = "e-mail addresses that alarms and the budget are told to"
  type        = list(string)
}

variable "contact" {
  description = "an e-mail address or page, told to the outside catalogues as they ask for"
  type        = string
}

variable "email_from" {
  description = "the sender of mails"
  type        = string
}

variable "budget_usd" {
  description = "what a month may cost before the operators are told"
  type        = number
}

variable "scan_monthly_usd" {
  description = "what photos may cost a person and month; 0: no limit"
  type        = number
  default     = 1
}

variable "bedrock_model_id" {
  description = "the model that finds the spines, or its inference profile"
  type        = string
  default     = "global.anthropic.claude-haiku-5-5"
}

variable "chat_model" {
  description = "who answers questions: empty for the built-in planner, or bedrock:MODEL"
  type        = string
  default     = ""
}

variable "stage_queues" {
  description = "stages of a scan with a queue and workers of their own: read, propose, validate"
  type        = set(string)
  default     = []
}

variable "web_tasks" {
  description = "the least and the most web tasks"
  type        = object({ least = number, most = number })
}

variable "worker_tasks" {
  description = "the least and the most tasks of each kind of worker"
  type        = object({ least = number, most = number })
}

variable "task_size" {
  description = "processor (1024: one) and memory (MB) of web, worker and ingest"
  type        = map(object({ cpu = number, memory = number }))
  default = {
    web    = { cpu = 512, memory = 2048 }
    worker = { cpu = 1024, memory = 3072 }
    ingest = { cpu = 256, memory = 1024 }
  }
}

variable "database" {
  description = "class, disk (GB), whether a second one stands by, and for how many days it can be brought back to any minute"
  type        = object({ class = string, disk = number, standby = bool, days = number })
}

variable "zones" {
  description = "in how many availability zones it stands"
  type        = number
  default     = 2
}

variable "nat_per_zone" {
  description = "a way out in each zone, so that one zone may fail; else one for all"
  type        = bool
  default     = false
}

variable "log_days" {
  description = "how long logs are kept"
  type        = number
  default     = 30
}

variable "secrets_version" {
  description = "count up to make new keys; everybody is signed out then"
  type        = number
  default     = 1
}
