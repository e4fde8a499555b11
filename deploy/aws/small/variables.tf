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

variable "instance" {
  type = object({ type = string, disk = number })
}
